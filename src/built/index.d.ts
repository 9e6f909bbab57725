/** For the types of bindings (`src/env.d.ts`): the built Worker exports what its source does. */
export { CallMeter, default, TopicGroup } from "../index.ts";
