import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { localPlug } from "../../src/sandbox/desk/local-plug.ts";
import { openDatabase } from "../../src/topic-group/tables/database.ts";
import { FACTS } from "../../src/topic-group/tables/facts.ts";
import { STAFF } from "../../src/topic-group/tables/lane.ts";
import { tablesOf, type Tables } from "../../src/topic-group/tables/tables.ts";
import { Dice } from "../support/dice.ts";
import { Stage } from "../support/stage.ts";

/*
 * Whatever happens to an object (messages, commands, time, rollbacks, crashes, evictions), what it remembers is what another
 * look into its tables finds.
 */

const MINUTE = 60_000;
const ROUNDS = 30;
const AGENT = 9002;

/** What an object answers of its tables, as far as it may remember any of it. */
function answers(tables: Tables, sql: SqlStorage) {
  const { tickets, contacts, facts, blocked, views, clocks, unrecorded } = tables;
  const { topics, laneRates, messages, parkedMessages, outbox, inbox, seenUpdates } = tables;
  const all = <T extends string | number>(column: string, table: string): T[] =>
    [...sql.exec(`SELECT ${column} AS one FROM ${table}`)].map(({ one }) => one as T);
  const customers = all<number>("id", "customers") as Parameters<Tables["contacts"]["get"]>[0][];
  const numbers = all<number>("number", "tickets");
  const keys = new Set([...all<string>("key", "facts"), ...Object.values(FACTS).map(String)]);
  const now = Number.MAX_SAFE_INTEGER;
  const lanes = outbox.lanes().sort();
  return {
    tickets: numbers.map((number) => tickets.get(number)),
    customersOf: [...tickets.customersOf(numbers)],
    customers: customers.map((id) => contacts.get(id)),
    blocked: customers.map((id) => blocked.since(id)),
    facts: [...keys].sort().map((key) => [key, facts.get(key)]),
    views: [views.due(now, 1_000), views.nextDueAt(0)],
    clocks: [clocks.due(now, 1_000), clocks.firstDueAt()],
    unrecorded: [unrecorded.tickets(100), unrecorded.contacts(100)],
    topics: all<number>("id", "topics").map((id) => topics.ticketOf(id)),
    lanes: lanes.map((lane) => [
      lane,
      outbox.heads(lane).sort((a, b) => a.ticket - b.ticket),
      messages.countWaitingIn(lane, 100),
      outbox.urgent(lane),
      outbox
        .heads(lane)
        .sort((a, b) => a.ticket - b.ticket)
        .map(({ ticket, message }) => [
          message === null ? null : messages.waiting(lane, ticket, message, 1),
          outbox.waiting(lane, ticket),
        ]),
    ]),
    messages: [...sql.exec<{ chat: number; id: number }>("SELECT chat, message_id AS id FROM messages")].map(
      ({ chat, id }) => messages.byOriginal({ chat, messageId: id }),
    ),
    counts: [outbox.countWaiting(), outbox.countToPeople()],
    rates: ([...lanes, STAFF] as const).map((lane) => laneRates.get(lane)),
    keys: all<string>("key", "outbox WHERE key IS NOT NULL").map((key) => [key, outbox.seqOf(key)]),
    givenUp: [outbox.parkedSince(), parkedMessages.wordsSince()],
    causes: [inbox.hasAny(), seenUpdates.hasAny()],
  };
}

/** What an object answers, and what another look into its tables does. */
function both(stage: Stage): Promise<{ remembered: object; stored: object }> {
  return runInDurableObject(stage.groupStub(), (object, { storage }) => {
    const anew = tablesOf(openDatabase(storage), storage.sql, () => true, []);
    return { remembered: answers(object["tables"], storage.sql), stored: answers(anew, storage.sql) };
  });
}

test.each([1, 2, 3])(
  "an object remembers what its tables say, seed %i",
  { timeout: 120_000 },
  async (seed) => {
    const dice = new Dice(seed);
    const stage = await Stage.open({ seed });
    const customers = [await stage.customer(), await stage.customer(), await stage.customer()];
    const refs = async (): Promise<string[]> => {
      const { items } = await stage.get<{ items: { ref: string; status: string }[] }>(
        "/api/v1/tickets?limit=20",
      );
      return items.filter(({ status }) => status !== "closed").map(({ ref }) => ref);
    };
    const inTopic = async (line: string): Promise<void> => {
      const open = await refs();
      if (open.length === 0) return;
      const ref = dice.oneOf(open as [string, ...string[]]);
      const topic = (await stage.group.topics()).find(({ name }) => name.startsWith(`${ref} `));
      if (topic !== undefined) await stage.olga.write(topic.id, line);
    };
    const someone = () => dice.oneOf(customers as [(typeof customers)[0], ...typeof customers]);
    /** Within the transaction, once the ticket is written. */
    const rollsBack = async (): Promise<void> => {
      const rename = (from: string, to: string): Promise<void> =>
        runInDurableObject(
          stage.groupStub(),
          (_, { storage }) => void storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`),
        );
      await rename("events", "hidden");
      await someone().write("/new");
      await someone().write("This fails at first");
      await stage.deliver();
      const { remembered, stored } = await both(stage);
      await rename("hidden", "events");
      expect(remembered).toEqual(stored);
    };
    const crashes = async (): Promise<void> => {
      localPlug.arm(dice.between(1, 12));
      await someone().write("Are you there?");
      await stage.settle(5_000);
      localPlug.arm(null);
    };
    const happenings: [() => Promise<unknown>, ...(() => Promise<unknown>)[]] = [
      () => someone().write(`word ${dice.between(1, 1_000)}`),
      () => someone().write("/new"),
      () => inTopic("/claim"),
      () => inTopic("An answer"),
      () => inTopic("/priority high"),
      () => inTopic("/resolve done"),
      () => inTopic("/close"),
      () => inTopic("/away 1h"),
      async () =>
        stage.api("POST", `/api/v1/tickets/${(await refs())[0]}/commands`, { type: "claim", agent: AGENT }),
      () => stage.api("POST", `/api/v1/contacts/${someone().id}/block`),
      () => stage.api("POST", `/api/v1/contacts/${someone().id}/unblock`),
      () => stage.pass(dice.oneOf([MINUTE, 40 * MINUTE, 8 * 60 * MINUTE])),
      () => evictDurableObject(stage.groupStub()),
      rollsBack,
      crashes,
    ];
    for (const customer of customers) await customer.write("My printer burns");
    await stage.settle();
    for (let round = 0; round < ROUNDS; round += 1) {
      await dice.oneOf(happenings)();
      if (dice.roll() < 0.7) await stage.settle(dice.between(100, 2 * MINUTE));
      else await stage.deliver();
      const { remembered, stored } = await both(stage);
      expect(remembered).toEqual(stored);
    }
    await stage.comeToRest();
  },
);
