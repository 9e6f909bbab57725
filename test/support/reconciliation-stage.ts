import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { Stage, texts } from "./stage.ts";

/* What the desk compares with Telegram; every finding is made by breaking that thing. */

export const MINUTE = 60_000;

export const WEBHOOK = "https://desk.example/telegram/webhook";

interface Finding {
  kind: string;
  mended: boolean;
  details: Record<string, unknown>;
}

export let stage: Stage;

/** A minute later, so that what happened before counts as over. That a delivery failed Telegram remembers for a while. */
export const look = async (): Promise<Finding[]> => {
  await stage.pass(MINUTE);
  const answer = await stage.api("POST", "/api/v1/reconciliation");
  expect(answer.status).toBe(200);
  const { findings } = await answer.json<{ findings: Finding[] }>();
  await stage.settle();
  return findings.filter(({ kind }) => kind !== "webhook.errors");
};

export const toldLead = async (): Promise<string[]> => {
  const messages = await stage.telegram.messages(9001);
  return texts(messages.filter(({ from }) => from?.is_bot === true)).filter(
    (text) => !/^(?:👋 )?(?:Hello|Hi)/u.test(text),
  );
};

/** A call by another program with the bot's token. */
export const bot = async <T>(method: string, params: Record<string, unknown> = {}): Promise<T> => {
  const answer = await fetch(`${stage.telegram.apiRoot}/bot${env.BOT_TOKEN}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  return (await answer.json<{ result: T }>()).result;
};

/** Another program fetches waiting updates, so that they never come here. Returns their numbers. */
export const steal = async (): Promise<number[]> => {
  await bot("deleteWebhook");
  const stolen = await bot<{ update_id: number }[]>("getUpdates");
  const ids = stolen.map((update) => update.update_id);
  await bot("getUpdates", { offset: Math.max(...ids) + 1 });
  await stage.setWebhook();
  return ids;
};

/** Three tickets, one claimed and one closed, and two looks. */
export async function open(): Promise<void> {
  stage = await Stage.open();
  const lead = await stage.telegram.customer({ id: 9001, firstName: "Lena" });
  await lead.start();
  for (let n = 0; n < 3; n += 1) await (await stage.customer()).write("Help");
  await stage.settle();
  await stage.olga.write((await stage.topic("SUP-1")).id, "/claim");
  await stage.olga.write((await stage.topic("SUP-2")).id, "/close");
  await stage.settle();
  // The first look begins the ledger of updates, the second one has something to begin with.
  await look();
  await stage.olga.write((await stage.topic("SUP-1")).id, "I look into it");
  await look();
}
