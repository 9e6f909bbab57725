import { env } from "cloudflare:workers";
import { everyMinute } from "../../../src/cron/scheduled.ts";
import { appWith } from "../../../src/http/app.ts";
import { TopicGroup as ProductTopicGroup } from "../../../src/topic-group/topic-group.ts";
import { hastyClock, HASTY_MORNING } from "../../support/hasty-clock.ts";
import { CRON_DOOR } from "./cron-door.ts";

export { CallMeter } from "../../../src/metering/call-meter.ts";

const { LOCAL_CLOCK_OFFSET_MS } = env as { LOCAL_CLOCK_OFFSET_MS?: string };
const clock = hastyClock(HASTY_MORNING - Number(LOCAL_CLOCK_OFFSET_MS));
const now = (): number => Math.floor(clock.now());
const app = appWith(now, { bootstraps: false });

/** The desk as it is deployed, but for a clock that hurries. */
export class TopicGroup extends ProductTopicGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, { clock: { ...clock, now } });
  }
}

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== CRON_DOOR) return app.fetch(request, env, ctx);
    await everyMinute(env, now());
    return new Response(null, { status: 204 });
  },
} satisfies ExportedHandler<Env>;
