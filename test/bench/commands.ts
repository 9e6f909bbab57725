import { SECRETS, type DeskApi } from "../support/desk-api.ts";
import { round, type Chapter } from "./chapter.ts";
import { deskWithTicket } from "./desk-with-ticket.ts";
import { median } from "./median.ts";

const WARM_UP = 50;
const CALLS = 300;

/** How long a command over the API takes, beside a call that does nothing but store its body in an object. */
export async function commands(remains: AsyncDisposableStack): Promise<Chapter> {
  const { stand, desk, before } = await deskWithTicket(remains);
  const bare = await stand.serve("test/bench/floor/bare.ts");
  const keyOf = async (of: DeskApi): Promise<string> => {
    const asked = { name: "bench", scopes: ["tickets:write"], callsPerMinute: 60_000 };
    return (await of.call<{ key: string }>("POST", "/api/v1/keys", asked)).key;
  };
  const key = await keyOf(desk);
  const formerKey = before === null ? "" : await keyOf(before);

  const command = (n: number): string =>
    JSON.stringify({ type: "priority", priority: n % 2 === 0 ? "high" : "normal" });
  const post = async (url: string, body: string, headers: Record<string, string> = {}): Promise<void> => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  };
  const at = `${desk.url}/api/v1/tickets/SUP-1/commands`;
  const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const ways: Record<string, (n: number) => Promise<void>> = {
    "bare insert (floor)": (n) => post(`${bare.url}/telegram/webhook`, command(n)),
    "command, ADMIN_TOKEN": (n) => post(at, command(n), as(SECRETS.ADMIN_TOKEN)),
    "command, API key": (n) => post(at, command(n + 1), as(key)),
    "command, API key and Idempotency-Key": (n) =>
      post(at, command(n), { ...as(key), "idempotency-key": `bench-${n}` }),
    ...(before === null
      ? {}
      : {
          "before: command, API key": (n: number) =>
            post(`${before.url}/api/v1/tickets/SUP-1/commands`, command(n), as(formerKey)),
        }),
  };
  const took = new Map(Object.keys(ways).map((way) => [way, [] as number[]]));
  for (let n = 0; n < WARM_UP + CALLS; n += 1) {
    for (const [way, call] of Object.entries(ways)) {
      const begin = performance.now();
      await call(n);
      if (n >= WARM_UP) took.get(way)!.push(performance.now() - begin);
    }
  }
  const floor = median(took.get("bare insert (floor)")!);
  const byKey = median(took.get("command, API key")!);
  const former = took.get("before: command, API key");
  return {
    title: "9. A command over the API, in milliseconds",
    table: [
      ["", "median", "90 %", "× floor"],
      ...[...took].map(([way, ms]): (string | number)[] => {
        const sorted = ms.toSorted((a, b) => a - b);
        return [
          way,
          round(median(ms)),
          round(sorted[Math.floor(0.9 * ms.length)]),
          round(median(ms) / floor),
        ];
      }),
    ],
    aims: former === undefined ? [] : [{ what: "desk : before", seen: byKey / median(former), atMost: 0.75 }],
    notes: [
      `${CALLS} calls of each, in turns, one at a time, of one ticket; each changes it. The floor stores the body in an object and answers.`,
      "Before the object is asked, a key's meter lets the call in, and D1 says whether ADMIN_TOKEN still may; an Idempotency-Key is written down before and after.",
    ],
  };
}
