import { expect, test } from "vitest";
import { scenarios } from "../../src/sandbox/scenarios/all.ts";
import { Endpoint } from "../support/endpoint.ts";
import { Stage } from "../support/stage.ts";

/* What the sandbox's page shows at a watchable pace, here on a driven clock. A scenario says itself what must be seen. */

function open(): Promise<Stage> {
  const { url } = new Endpoint();
  return Stage.open({
    intake: true,
    asksCrm: true,
    config: (config) => config.webhooks?.forEach((webhook) => (webhook.url = url)),
  });
}

test.each(scenarios.map((scenario) => [scenario.title, scenario] as const))(
  "scenario: %s",
  async (_, scenario) => {
    const stage = await open();
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

test("scenarios do not disturb each other, one after the other and once more", async () => {
  const stage = await open();
  for (const scenario of [...scenarios, ...scenarios.toReversed()]) {
    await expect(stage.play(scenario), scenario.title).resolves.toBeUndefined();
  }
});
