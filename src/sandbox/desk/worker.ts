import { everyMinute } from "../../cron/scheduled.ts";
import { appWith } from "../../http/app.ts";
import { project } from "../../record/projection.ts";
import { outsideOf } from "../../topic-group/drain/outside.ts";
import type { OutsideCall } from "../../topic-group/drain/work-handler.ts";
import { TopicGroup as ProductTopicGroup } from "../../topic-group/topic-group.ts";
import { refusalOf } from "../telegram/http/own-requests.ts";
import type { TicketInside, UnderWay } from "./inside.ts";
import { localClock } from "./local-clock.ts";
import { localDice } from "./local-dice.ts";
import { LOCAL_DOORS, localDoors, type LocalGroup, type Standing } from "./local-doors.ts";
import { breakable, heldBack, localFaults } from "./local-faults.ts";
import { localPlug, pluggable } from "./local-plug.ts";
import { lookInside, lookIntoTicket } from "./look-inside.ts";
import { watchable, type Watch } from "./watch.ts";

export { CallMeter } from "../../metering/call-meter.ts";

/**
 * The desk as it is deployed, but for its clock, its dice, a database that can be switched off, a plug to pull, and a window to
 * look through.
 */
export class TopicGroup extends ProductTopicGroup implements LocalGroup {
  readonly #watch: Watch;
  readonly #underWay: Set<UnderWay>;

  constructor(ctx: DurableObjectState, env: Env) {
    const outside = outsideOf(env);
    const underWay = new Set<UnderWay>();
    const watch = watchable(ctx, () =>
      lookInside(ctx.storage.sql, localClock.now(), this.wake.at, [...underWay]),
    );
    const seen = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const one = { what, since: localClock.now() };
      underWay.add(one);
      watch.changed();
      try {
        return await work();
      } finally {
        underWay.delete(one);
        watch.changed();
      }
    };
    super(pluggable(ctx), env, {
      clock: localClock,
      call: async (one) => {
        const name = nameOf(one);
        localPlug.reach(`before ${name}`, ctx);
        if ("peer" in one && localFaults.apart.has(one.peer))
          return { kind: "retry", code: "peer_unreachable" };
        const outcome = await seen(name, async () => {
          const answer = await outside.call(one);
          await heldBack(name);
          return answer;
        });
        localPlug.reach(`after ${name}`, ctx);
        return outcome;
      },
      project: async (batch) => {
        localPlug.reach("before the record", ctx);
        await seen("the record", () => project(breakable(env.DB), batch));
        localPlug.reach("after the record", ctx);
      },
      random: (of) => localDice.draw(`${ctx.id.name} ${of}`),
    });
    this.#watch = watch;
    this.#underWay = underWay;
  }

  /** A window: a WebSocket that is told what is inside, now and after every commit. */
  override fetch(): Response {
    return this.#watch.open();
  }

  ticketInside(number: number): TicketInside | null {
    return lookIntoTicket(this.ctx.storage.sql, number);
  }

  /** The clock was turned: the platform's alarm is set anew for the same instant. */
  clockTurned(): void {
    const { at } = this.wake;
    if (at !== null) void this.ctx.storage.setAlarm(localClock.ringAt(at));
    this.#watch.changed();
  }

  standing(): Standing {
    return { wakeAt: this.wake.at, busy: this.drain.busy || this.#underWay.size > 0 };
  }

  /** Resolves when nothing is on its way. Answers when the object has something to do next, by its own clock. */
  async settled(): Promise<number | null> {
    await this.drain.idle();
    return this.wake.at;
  }
}

function nameOf(call: OutsideCall): string {
  if ("webhook" in call) return `webhook ${call.webhook}`;
  if ("skills" in call) return "skills";
  if ("peer" in call) return `group ${call.peer}`;
  if ("channel" in call) return `by ${call.channel}`;
  return "enrichment" in call ? "enrichment" : call.method;
}

const app = appWith(() => localClock.now(), { bootstraps: false });

const desk: ExportedHandler<Env> = {
  fetch: app.fetch,
  scheduled: ({ scheduledTime }, env) => everyMinute(env, scheduledTime),
};

/** Of a desk that listens on a port of this machine; tests hand it its requests themselves. */
interface LocalEnv extends Env {
  /** 0: any free port, unknown before it listens. */
  LOCAL_PORT?: string;
}

/**
 * A deployed desk is reached under any name and by pages of any origin, but its token is secret; this one's is well
 * known.
 */
function refused({ headers }: Request, { LOCAL_PORT: port }: LocalEnv): Response | null {
  if (port === undefined) return null;
  const asked = {
    host: headers.get("host"),
    origin: headers.get("origin"),
    site: headers.get("sec-fetch-site"),
    mode: headers.get("sec-fetch-mode"),
  };
  const refusal = refusalOf(asked, Number(port) || null);
  return refusal === null ? null : new Response(refusal.body, refusal);
}

export default {
  fetch: (request, env: LocalEnv, ctx) =>
    refused(request, env) ??
    (new URL(request.url).pathname.startsWith(LOCAL_DOORS)
      ? localDoors(desk).fetch(request, env, ctx)
      : desk.fetch!(request, { ...env, DB: breakable(env.DB) }, ctx)),
} satisfies ExportedHandler<Env>;
