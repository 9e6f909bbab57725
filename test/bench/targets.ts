import { isMet, round, type Aim } from "./chapter.ts";

/** What the desk is to be beside the release before, `d3fab0e`, as far as benchmarks of both measure it. */
interface Target {
  what: string;
  /** A figure by its name; beside another one of this checkout if it names two. */
  figure: string;
  by?: string;
  /** `before`: this checkout's figure by that of the release before. `now`: this checkout's alone. */
  is: "before" | "now";
  atLeast?: number;
  atMost?: number;
}

const TARGETS: readonly Target[] = [
  {
    what: "8 customers × 9 messages at once",
    figure: "burst: 8 customers × 9 messages: this desk : before (aim)",
    is: "now",
    atMost: 0.02,
  },
  {
    what: "20 messages in 20 topics",
    figure: "burst: 20 customers × 1 message: this desk : before (aim)",
    is: "now",
    atMost: 0.3,
  },
  { what: "accepted webhooks a second", figure: "accepts: desk, median", is: "before", atLeast: 1.35 },
  {
    what: "accepted webhooks : bare insert",
    figure: "accepts: desk : bare insert (aim)",
    is: "now",
    atLeast: 0.85,
  },
  { what: "webhook → copy call", figure: "forwarding: desk, median", is: "before", atMost: 0.7 },
  {
    what: "webhook → copy call : forwarder that stores first",
    figure: "forwarding: desk, median",
    by: "forwarding: forwarder that stores first, median",
    is: "now",
    atMost: 1.2,
  },
  {
    what: "rows of a further message",
    figure: "costs: a further message, rows written",
    is: "before",
    atMost: 1,
  },
  { what: "rows of a new ticket", figure: "costs: a new ticket, rows written", is: "before", atMost: 1 },
  { what: "a command by key", figure: "commands: command, API key, median", is: "before", atMost: 0.75 },
  { what: "the Worker, KB gzipped", figure: "size: as deployed, gzipped", is: "now", atMost: 240 },
];

/** The targets whose figures were measured, a line each: what was seen, what is asked, and whether it is met. */
export function targetsInWords(
  then: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): string[] {
  return TARGETS.flatMap(({ what, figure, by, is, ...bounds }) => {
    const [seen, other] = [now.get(figure), is === "before" ? then.get(figure) : now.get(by ?? "")];
    if (seen === undefined || (is === "before" && other === undefined)) return [];
    const aim: Aim = { what, seen: other === undefined ? seen : seen / other, ...bounds };
    const asked = aim.atLeast === undefined ? `≤ ${aim.atMost}` : `≥ ${aim.atLeast}`;
    return [`${isMet(aim) ? "met   " : "missed"}  ${what}: ${round(aim.seen)}, ${asked} asked`];
  });
}
