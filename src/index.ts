import { everyMinute } from "./cron/scheduled.ts";
import { appWith } from "./http/app.ts";

export { CallMeter } from "./metering/call-meter.ts";
export { TopicGroup } from "./topic-group/topic-group.ts";

const { fetch } = appWith(Date.now);

export default {
  fetch,
  scheduled: ({ scheduledTime }, env) => everyMinute(env, scheduledTime),
} satisfies ExportedHandler<Env>;
