import { expect, test } from "vitest";
import { scenarios } from "../../src/sandbox/scenarios/all.ts";
import { Endpoint } from "../support/endpoint.ts";
import { Stage } from "../support/stage.ts";

/* What the sandbox's page shows at a watchable pace, here on a driven clock. A scenario says itself what must be seen. */

test.each(scenarios.map((scenario) => [scenario.title, scenario] as const))(
  "scenario: %s",
  async (_, scenario) => {
    const { url } = new Endpoint();
    const stage = await Stage.open({
      config: (config) => config.webhooks?.forEach((webhook) => (webhook.url = url)),
    });
    await expect(stage.play(scenario)).resolves.toBeUndefined();
    await stage.settle(15 * 60_000);
    const { groups } = await stage.get<{ groups: Record<string, unknown>[] }>("/healthz");
    for (const group of groups) {
      expect(group).toMatchObject({
        reachable: true,
        waiting: [],
        parked: 0,
        setAside: 0,
        unrecorded: 0,
        troubles: [],
      });
    }
  },
);

test("two scenarios one after the other do not disturb each other", async () => {
  const stage = await Stage.open();
  await stage.play(scenarios[0]);
  await expect(stage.play(scenarios[0])).resolves.toBeUndefined();
});
