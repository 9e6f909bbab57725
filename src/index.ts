import { everyMinute } from "./cron/scheduled.ts";
import { appWith } from "./http/app.ts";
import { realNow } from "./real-clock.ts";

export { CallMeter } from "./metering/call-meter.ts";
export { TopicGroup } from "./topic-group/topic-group.ts";

const { fetch } = appWith(realNow);

export default {
  fetch,
  scheduled: ({ scheduledTime }, env) => everyMinute(env, scheduledTime),
} satisfies ExportedHandler<Env>;
