import { appWith } from "../../../src/http/app.ts";
import { project } from "../../../src/record/projection.ts";
import type { Clock } from "../../../src/topic-group/commit/clock.ts";
import { outsideOf } from "../../../src/topic-group/drain/outside.ts";
import { TopicGroup as ProductTopicGroup } from "../../../src/topic-group/topic-group.ts";
import { manyCounted, manyEvents, manyTickets } from "../../support/many-tickets.ts";
import { counted, countedDatabase, counter } from "./counts.ts";
import { fillRecord } from "./fill-record.ts";
import { multiplyTickets } from "./multiply.ts";

export { CallMeter } from "../../../src/metering/call-meter.ts";

/*
 * The desk as it is deployed, but for a clock that stands still until the bench moves it, counters on everything that
 * costs, and a gate for what may come later: edits of cards and icons, and the record.
 */

/** Of made-up tickets, unless it is said otherwise. */
const ONE_OPEN_OF = 20;

/** The platform never rings by itself: moving the clock rings the alarms that are due. */
const FAR_AHEAD_MS = 10 * 365 * 86_400_000;
const clock: Clock & { at: number } = {
  at: Date.UTC(2026, 10, 20, 9),
  now: () => clock.at,
  ringAt: (at: number) => at + FAR_AHEAD_MS,
  atOfRing: (ring: number) => ring - FAR_AHEAD_MS,
};

const calls = {
  /** Whether those that may come later have to wait. */
  held: false,
  /** Under way, and not held. */
  underWay: 0,
};

/** By looking again and again: in Workers, one request cannot wake another. */
async function gateOpens(): Promise<void> {
  while (calls.held) await scheduler.wait(2);
}

/** The least that a page can cost: so many rows in the order of their key, as JSON. */
const BARE_COUNT =
  "SELECT type, count(*) FROM ticket_events WHERE type IN ('ticket_opened', 'ticket_answered', 'ticket_resolved', 'ticket_closed', 'ticket_reopened', 'sla_breached') AND at >= ?1 AND at < ?2 GROUP BY type";
const BARE = {
  tickets: "SELECT * FROM tickets WHERE id > ?1 ORDER BY id LIMIT ?2",
  events: "SELECT * FROM ticket_events WHERE ticket_id > ?1 ORDER BY ticket_id, n LIMIT ?2",
};

const LATER = /^(edit|close|reopen|setMessageReaction)/;

export class TopicGroup extends ProductTopicGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    const outside = outsideOf(env);
    super(
      counted(ctx),
      { ...env, DB: countedDatabase(env.DB) },
      {
        clock,
        call: async (one) => {
          if (!("method" in one) || LATER.test(one.method)) await gateOpens();
          calls.underWay += 1;
          try {
            return await outside.call(one);
          } finally {
            calls.underWay -= 1;
            counter.moves += 1;
          }
        },
        project: async (batch) => {
          await gateOpens();
          await project(countedDatabase(env.DB), batch);
        },
      },
    );
  }

  override receive(...args: Parameters<ProductTopicGroup["receive"]>) {
    counter.add({ objectRequests: 1 });
    return super.receive(...args);
  }

  override knows(...args: Parameters<ProductTopicGroup["knows"]>) {
    counter.add({ objectRequests: 1 });
    return super.knows(...args);
  }

  override sweep(...args: Parameters<ProductTopicGroup["sweep"]>) {
    counter.add({ objectRequests: 1 });
    return super.sweep(...args);
  }

  override async alarm(): Promise<void> {
    counter.add({ objectRequests: 1 });
    await super.alarm();
  }

  /** When it has something to do next, once nothing is on its way. */
  async settled(): Promise<number | null> {
    await this.drain.idle();
    return this.wake.at;
  }

  async ring(): Promise<void> {
    await this.alarm();
  }

  /** The staff group's lane knows no limit; to be said before the first configuration. */
  liftLimit(): void {
    const state = { limit: 1_000_000, blockedUntil: 0, taken: [], recoversAt: 0 };
    this.ctx.storage.sql.exec("INSERT INTO lanes (lane, state) VALUES ('staff', ?)", JSON.stringify(state));
  }

  multiply(until: number, oneOpenOf: number): number {
    return multiplyTickets(this.ctx.storage.sql, until, oneOpenOf);
  }

  /** How many bytes its database has, and the rows of each table. */
  size(): { bytes: number; rows: Record<string, number> } {
    const { sql } = this.ctx.storage;
    const tables = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '[_s]*'")
      .toArray();
    const rows = tables.map(({ name }) => [
      name,
      sql.exec<{ n: number }>(`SELECT count(*) AS n FROM "${name}"`).one().n,
    ]);
    return { bytes: sql.databaseSize, rows: Object.fromEntries(rows) };
  }

  /** It is gone, and the next call finds another one. */
  abort(): void {
    this.ctx.abort("the bench starts it anew");
  }
}

/** Resolves when nothing has been counted for a while and no call is under way. */
async function calm(): Promise<void> {
  for (let before = -1; before !== counter.moves || calls.underWay > 0;) {
    before = counter.moves;
    await scheduler.wait(15);
  }
}

/** Tickets are told again in as many parts as this at most, while the bench looks. */
const ALARMS_OF_RETELLING = 100;

/**
 * What Cron, the API and reconciliation ask of an object that holds much, each by itself. Between two steps a deployed object has the
 * network, over which other events come in; here everything is in one thread, which looks for them only once it has nothing to do.
 */
const STEPS: Record<string, (group: DurableObjectStub<TopicGroup>, at: number) => Promise<unknown>> = {
  sweep: (group) => group.sweep(),
  census: async (group) => (await group.record()).census(),
  compare: async (group) => (await group.record()).recordedAfter(50_000, 200),
  reproject: async (group) => {
    await (await group.record()).reproject();
    for (let alarms = 0; alarms < ALARMS_OF_RETELLING; alarms += 1) {
      await group.settled();
      await scheduler.wait(1);
      await group.ring();
    }
    return true;
  },
  forget: async (group, at) => {
    const privacy = await group.privacy();
    const before = { ticketsClosedBefore: at, webhooksBefore: at, profilesBefore: at, held: [] };
    let after: { ticket: number; contact: number } | undefined;
    for (let step = 0; step < 20; step += 1) {
      ({ after } = await privacy.forget({ ...before, after }));
      await scheduler.wait(1);
    }
    return after;
  },
  // Nothing is old enough: everything is looked through.
  forgetNothing: async (group) => {
    const privacy = await group.privacy();
    const before = { ticketsClosedBefore: 1, webhooksBefore: 1, profilesBefore: 1, held: [] };
    let after: { ticket: number; contact: number } | undefined;
    let steps = 0;
    for (let more = true; more; steps += 1) {
      ({ after, more } = await privacy.forget({ ...before, after }));
      await scheduler.wait(1);
    }
    return steps;
  },
  erase: async (group) => {
    const person = (7_000_000_000 + 60_000) as never;
    const privacy = await group.privacy();
    for (let more = true; more;) ({ more } = await privacy.erase("bench", [person]));
    return true;
  },
  alarm: (group) => group.ring(),
  health: (group) => group.health(),
};

const app = appWith(() => clock.now());

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (!pathname.startsWith("/bench/"))
      return app.fetch(request, { ...env, DB: countedDatabase(env.DB) }, ctx);
    const group = env.TOPIC_GROUP.getByName(
      searchParams.get("group") ?? "main",
    ) as unknown as DurableObjectStub<TopicGroup>;
    switch (pathname.slice("/bench/".length)) {
      case "now":
        clock.at = Number(searchParams.get("at"));
        return Response.json({});
      case "hold":
        await calm();
        calls.held = true;
        counter.zero();
        return Response.json({});
      case "zero":
        counter.zero();
        return Response.json({});
      case "counts":
        await calm();
        return Response.json(counter.read());
      case "peek":
        return Response.json(counter.read());
      case "fill":
        await fillRecord(env.DB, Number(searchParams.get("count")), Number(searchParams.get("due")));
        return Response.json({});
      case "many":
        await manyTickets(env.DB, Number(searchParams.get("from")), Number(searchParams.get("to")));
        return Response.json({});
      case "events":
        await manyEvents(env.DB, 1, Number(searchParams.get("to")));
        return Response.json({});
      case "counted":
        await manyCounted(env.DB, Number(searchParams.get("tickets")));
        return Response.json({});
      case "bare-count": {
        const { results } = await env.DB.prepare(BARE_COUNT)
          .bind(Number(searchParams.get("since")), Number(searchParams.get("until")))
          .all();
        return Response.json({ items: results });
      }
      case "bare": {
        const { results } = await env.DB.prepare(
          BARE[searchParams.get("of") === "events" ? "events" : "tickets"],
        )
          .bind(searchParams.get("after") ?? "", Number(searchParams.get("limit")))
          .all();
        return Response.json({ items: results });
      }
      case "release":
        calls.held = false;
        return Response.json({});
      case "settled":
        return Response.json(await group.settled());
      case "ring":
        await group.ring();
        return Response.json({});
      case "lift":
        await group.liftLimit();
        return Response.json({});
      case "multiply":
        return Response.json(
          await group.multiply(
            Number(searchParams.get("until")),
            Number(searchParams.get("oneOpenOf") ?? ONE_OPEN_OF),
          ),
        );
      case "record-size": {
        const { meta } = await env.DB.prepare("SELECT 1").all();
        return Response.json({ bytes: meta.size_after });
      }
      case "size":
        return Response.json(await group.size());
      case "abort":
        await Promise.resolve(group.abort()).catch(() => undefined);
        return Response.json({});
      case "step": {
        const name = searchParams.get("name") ?? "";
        return Response.json((await STEPS[name](group, clock.at)) ?? null);
      }
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;
