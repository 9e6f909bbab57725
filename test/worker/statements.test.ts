import { expect, test } from "vitest";
import { scenarios } from "../../src/sandbox/scenarios/all.ts";
import { countedStatements } from "../support/counted-statements.ts";
import { Endpoint } from "../support/endpoint.ts";
import { Stage } from "../support/stage.ts";

/* What the object asks of its SQLite, and how: building a statement costs several times what running it costs. */

test(
  "an object builds each statement once for all messages, answers, commands and alarms",
  { timeout: 240_000 },
  async () => {
    const { url } = new Endpoint();
    const stage = await Stage.open({
      intake: true,
      asksCrm: true,
      config: (config) => config.webhooks?.forEach((webhook) => (webhook.url = url)),
    });
    using counted = await countedStatements(stage);
    const play = async (): Promise<void> => {
      for (const scenario of scenarios) await stage.play(scenario);
      const ada = await stage.customer();
      const asked = await ada.write("My printer burns");
      await stage.settle();
      const { items } = await stage.get<{ items: { ref: string }[] }>("/api/v1/tickets?limit=1");
      const { ref } = items[0];
      const command = async (body: object): Promise<void> => {
        const answer = await stage.api("POST", `/api/v1/tickets/${ref}/commands`, body);
        expect(answer.ok, await answer.clone().text()).toBe(true);
        await stage.settle();
      };
      await command({ type: "claim", agent: 9002 });
      await command({ type: "reply", text: "Have you tried water?" });
      await command({ type: "note", text: "An old one." });
      await ada.edit(asked.message_id, "My printer is on fire");
      await ada.write("/tickets");
      await stage.settle();
      for (const line of ["/priority high", "/tag fire", "/resolve water", "/close"]) {
        await stage.olga.write((await stage.topic(ref)).id, line);
        await stage.settle();
      }
      await stage.pass(2 * 3_600_000);
    };
    const { built, builtAgain } = await counted.during(async () => {
      await play();
      await play();
    });
    expect(built.length).toBeGreaterThan(50);
    expect([...new Set(builtAgain)]).toEqual([]);
  },
);
