import { env } from "cloudflare:workers";
import desk, { TopicGroup as ProductTopicGroup } from "../../src/index.ts";
import { hastyClock, HASTY_MORNING } from "../support/hasty-clock.ts";

export { CallMeter } from "../../src/metering/call-meter.ts";

/** How far the clock was ahead when the scene began: the same for every start of the desk in it. */
const { LOCAL_CLOCK_OFFSET_MS } = env as { LOCAL_CLOCK_OFFSET_MS?: string };
const clock = hastyClock(HASTY_MORNING - Number(LOCAL_CLOCK_OFFSET_MS));

/** The desk as it is deployed, but for a clock that hurries, so that the group's rate lets a scene be short. */
export class TopicGroup extends ProductTopicGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, { clock });
  }
}

export default desk;
