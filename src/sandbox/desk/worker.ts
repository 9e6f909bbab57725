import desk, { TopicGroup as ProductTopicGroup } from "../../index.ts";
import { localClock } from "./local-clock.ts";

/** The desk as it is deployed, but for its clock. */
export class TopicGroup extends ProductTopicGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, localClock);
  }
}

export default desk;
