import { app } from "./http/app.ts";

export { TopicGroup } from "./topic-group/topic-group.ts";

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
