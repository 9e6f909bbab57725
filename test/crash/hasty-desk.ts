import desk, { TopicGroup as ProductTopicGroup } from "../../src/index.ts";
import { hastyClock } from "../support/hasty-clock.ts";

export { CallMeter } from "../../src/metering/call-meter.ts";

/** The desk as it is deployed, but for a clock that hurries, so that the group's rate lets a scene be short. */
export class TopicGroup extends ProductTopicGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, { clock: hastyClock });
  }
}

export default desk;
