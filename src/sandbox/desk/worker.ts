import desk, { TopicGroup as ProductTopicGroup } from "../../index.ts";
import { project } from "../../record/projection.ts";
import { botApi } from "../../telegram/api.ts";
import { localClock } from "./local-clock.ts";
import { breakable } from "./local-faults.ts";
import { localPlug, pluggable } from "./local-plug.ts";

/** The desk as it is deployed, but for its clock, a database that can be switched off, and a plug to pull. */
export class TopicGroup extends ProductTopicGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    const call = botApi(env.BOT_TOKEN, env.TELEGRAM_API_ROOT);
    super(pluggable(ctx), env, {
      clock: localClock,
      call: async (one) => {
        localPlug.reach(`before ${one.method}`, ctx);
        const outcome = await call(one);
        localPlug.reach(`after ${one.method}`, ctx);
        return outcome;
      },
      project: async (batch) => {
        localPlug.reach("before the record", ctx);
        await project(breakable(env.DB), batch);
        localPlug.reach("after the record", ctx);
      },
    });
  }

  /** The clock was turned: the platform's alarm is set anew for the same instant. */
  clockTurned(): void {
    const { at } = this.wake;
    if (at !== null) void this.ctx.storage.setAlarm(localClock.ringAt(at));
  }

  /** Resolves when nothing is on its way. Answers when the object has something to do next, by its own clock. */
  async settled(): Promise<number | null> {
    await this.drain.idle();
    return this.wake.at;
  }
}

export default {
  fetch: (request, env, ctx) => desk.fetch(request, { ...env, DB: breakable(env.DB) }, ctx),
} satisfies ExportedHandler<Env>;
