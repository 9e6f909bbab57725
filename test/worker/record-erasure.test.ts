import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import type { ApiCaller } from "../../src/domain/desk/audit.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { EVENT_TYPES, EVENTS, factsOfEvent } from "../../src/domain/ticket/events.ts";
import { Erasures } from "../../src/record/erasures.ts";
import { project } from "../../src/record/projection.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { ADA, batchesOf, NOON, opened } from "../support/tickets.ts";

beforeEach(emptyRecord);

const TICKET = "main:1";
const CALLER = { id: "k1", name: "crm", cause: undefined, origin: undefined } as unknown as ApiCaller;
const PSEUDONYM = "erased-1";
/** What is not in an event's data: it stands in columns of its own. */
const COLUMNS = ["from", "to", "note", "text"];

/** An event with all the facts that its row names, each of them its own name. */
function full(type: string): TicketEvent {
  const { facts = {} } = factsOfEvent(type) ?? {};
  const named = Object.fromEntries(Object.keys(facts).map((key) => [key, `the ${key}`]));
  const by = { kind: "customer", id: ADA };
  return { ...named, type, at: NOON, by, origin: { network: "192.0.2.0" } } as unknown as TicketEvent;
}

/** Events of these types in the record once their customer is erased. */
async function erased(types: readonly string[]): Promise<Map<string, Record<string, unknown>>> {
  const [first] = batchesOf([opened(1)]);
  const events = types.map((type, n) => ({ ticketId: TICKET, n: n + 1, event: full(type), notedAt: null }));
  await project(env.DB, { ...first, events });
  const store = new Erasures(env.DB);
  const asked = { id: "e1", pseudonym: PSEUDONYM, people: [ADA] };
  await store.begin(asked, CALLER, NOON);
  await store.erase("e1", [{ contact: ADA, pseudonym: PSEUDONYM }], NOON);
  const { results } = await env.DB.prepare("SELECT * FROM ticket_events").all();
  return new Map(results.map((row) => [String(row["type"]), row]));
}

test("of every type of event exactly the facts stay that its row says outlive an erasure", async () => {
  const kept = await erased(EVENT_TYPES);
  expect(kept.size).toBe(EVENT_TYPES.length);
  for (const type of EVENT_TYPES) {
    const { data, note, actor } = kept.get(type)!;
    const staying = ["origin", ...EVENTS[type].outlives].filter((key) => !COLUMNS.includes(key));
    expect(Object.keys(JSON.parse(String(data)) as object).sort(), type).toEqual(staying.sort());
    expect({ note, actor: JSON.parse(String(actor)) }, type).toEqual({
      note: null,
      actor: { kind: "customer", id: 0 },
    });
  }
});

test("of a type that only a later release knows nothing stays", async () => {
  const later = { ...full("ticket_praised"), words: "What they said" } as unknown as TicketEvent;
  const [first] = batchesOf([opened(1)]);
  await project(env.DB, { ...first, events: [{ ticketId: TICKET, n: 2, event: later, notedAt: null }] });
  const kept = await erased([]);
  expect(JSON.parse(String(kept.get("ticket_praised")!["data"]))).toEqual({});
});
