import product, { TopicGroup as ProductTopicGroup } from "../../../src/index.ts";

export { CallMeter } from "../../../src/metering/call-meter.ts";

/** The desk as it is deployed, with a door by which the bench lifts the limit of the staff group's lane. */
export class TopicGroup extends ProductTopicGroup {
  /** Counts from the next start of the object on. */
  liftLimit(lift: boolean): void {
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM lanes WHERE lane = 'staff'");
    if (lift) sql.exec("INSERT INTO lanes (lane, state) VALUES ('staff', ?)", JSON.stringify(LIMITLESS));
  }
}

const LIMITLESS = { limit: 1_000_000, blockedUntil: 0, taken: [], recoversAt: 0 };

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/bench/limit") return product.fetch(request, env, ctx);
    const group = env.TOPIC_GROUP.getByName(searchParams.get("group") ?? "main");
    await (group as unknown as DurableObjectStub<TopicGroup>).liftLimit(searchParams.get("lift") === "1");
    return Response.json({});
  },
} satisfies ExportedHandler<Env>;
