import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import { checkConfig, type ConfigProblem } from "../../domain/config-check/check.ts";
import type { Config } from "../../domain/config/config.ts";
import { defaultGroupOf } from "../../domain/ticket/policy.ts";
import { groupIds, hasGroup } from "../../groups/ask.ts";
import { workInHand, type InHandOf, type Reassign } from "../../groups/in-hand.ts";
import { successorOfGroup } from "../../groups/retiring.ts";
import type { StoredConfig } from "../../record/config-store.ts";
import type { Desk } from "../desk.ts";

/* What a change of the configuration takes out while it has work in hand, and where that goes. */

const Successor = /^(group|queue):([^=,]{1,64})=([^=,]{1,64})$/;
export const ReassignTo = z
  .string()
  .max(4_096)
  .refine((text) => text.split(",").every((one) => Successor.test(one.trim())), {
    error: 'must say what goes where, such as "group:vip=main" or "queue:invoices=general"',
  })
  .meta(
    forDocs({
      description:
        "Where what is in hand goes: `group:vip=main` for a group that is taken out (needed if it has open tickets or deliveries that wait), `queue:invoices=general` for a queue (otherwise the rules decide, or the default queue of its group). Several with commas between them. Tickets of an agent who is taken out go back to their queues by themselves.",
      example: "group:vip=main",
    }),
  );

export function reassignOf(text: string | undefined): Reassign {
  const said = (what: string) =>
    Object.fromEntries(
      (text ?? "").split(",").flatMap((one) => {
        const [, kind, from, to] = Successor.exec(one.trim()) ?? [];
        return kind === what ? [[from!, to!]] : [];
      }),
    );
  return { groups: said("group"), queues: said("queue") };
}

export const InHand = forDocs(() =>
  z
    .array(
      z.object({
        what: z.enum(["group", "queue", "agent"]),
        id: z.string(),
        tickets: z.int().meta({ description: "Those that are not closed" }),
        promises: z.int().meta({ description: "How many of these have a promise or a reminder that runs" }),
        waiting: z.int().meta({ description: "Messages that wait to be delivered; of groups only" }),
        goesTo: z.string().nullable().meta({
          description:
            "The group or queue that takes it, `queue`: each ticket's own; null: `reassign` has to say it",
        }),
      }),
    )
    .meta({
      id: "ConfigInHand",
      description: "What is taken out and has work in hand, and where that goes",
    }),
);

interface TakenOut {
  inHand: InHandOf[];
  warnings: ConfigProblem[];
  problems: ConfigProblem[];
  /** Every group that is removed, and its successor. */
  successors: Record<string, string>;
}

/** What a change takes out that has work in hand, where that goes, and what has to be said first. */
export async function takenOut(
  c: Context<Desk>,
  current: StoredConfig | null,
  after: Config | null,
  reassign: Reassign,
): Promise<TakenOut> {
  const before = current === null ? null : checkConfig(current.document).config;
  const nothing: TakenOut = { inHand: [], warnings: [], problems: [], successors: {} };
  if (before === null || after === null) return nothing;
  const problems: ConfigProblem[] = [];
  for (const [gone, to] of Object.entries(reassign.groups)) {
    if (!hasGroup(after, to))
      problems.push(misled("group", gone, `${to} is no group of the new configuration`));
    else if (hasGroup(after, gone)) problems.push(misled("group", gone, "it is not taken out"));
  }
  for (const [gone, to] of Object.entries(reassign.queues)) {
    if (!after.queues.some(({ id }) => id === to))
      problems.push(misled("queue", gone, `${to} is no queue of the new configuration`));
    else if (after.queues.some(({ id }) => id === gone))
      problems.push(misled("queue", gone, "it is not taken out"));
  }
  const { inHand, unreachable } = await workInHand(c.env, before, after, reassign);
  const gone = groupIds(before).filter((id) => !hasGroup(after, id));
  for (const id of gone) {
    const has = inHand.find((one) => one.what === "group" && one.id === id);
    if (reassign.groups[id] !== undefined) continue;
    if (has !== undefined) {
      const message = `the group ${id} has ${wordsOf(has)}: say where that goes with reassign=group:${id}=${defaultGroupOf(after)}, or close it first`;
      problems.push({ pointer: "/groups", message });
    } else if (unreachable.includes(id)) {
      const message = `the group ${id} does not say what it has in hand: try again, or say reassign=group:${id}=${defaultGroupOf(after)}`;
      problems.push({ pointer: "/groups", message });
    }
  }
  const warnings = inHand.flatMap((one): ConfigProblem[] =>
    one.goesTo === null
      ? []
      : [{ pointer: `/${one.what}s`, message: `${nameOf(one)} has ${wordsOf(one)}: ${whereTo(one)}` }],
  );
  // Repeating a change is no mistake, so that this refuses nothing.
  for (const [what, names, known] of [
    ["group", Object.keys(reassign.groups), groupIds(before)],
    ["queue", Object.keys(reassign.queues), before.queues.map(({ id }) => id)],
  ] as const) {
    for (const name of names) {
      if (!known.includes(name))
        warnings.push(misled(what, name, `there is no such ${what}, so that this moves nothing`));
    }
  }
  const successors = Object.fromEntries(gone.map((id) => [id, successorOfGroup(id, after, reassign.groups)]));
  return { inHand, warnings, problems, successors };
}

function misled(what: string, id: string, why: string): ConfigProblem {
  return { pointer: "/query/reassign", message: `${what}:${id}: ${why}` };
}

function nameOf({ what, id }: InHandOf): string {
  return `the ${what} ${id}`;
}

function wordsOf({ tickets, promises, waiting }: InHandOf): string {
  const words = [
    tickets === 0 ? null : `${tickets} open ${tickets === 1 ? "ticket" : "tickets"}`,
    promises === 0 ? null : `${promises} with a promise that runs`,
    waiting === 0 ? null : `${waiting} ${waiting === 1 ? "message" : "messages"} to deliver`,
  ];
  return words.filter((one) => one !== null).join(", ");
}

function whereTo({ what, tickets, goesTo }: InHandOf): string {
  const it = tickets === 1 ? "it goes" : "they go";
  if (what === "agent") return `${it} back to the queue`;
  return what === "queue"
    ? `${it} where the rules say, otherwise to the queue ${goesTo}`
    : `${it} to the group ${goesTo}, and so do its customers`;
}
