import { env } from "cloudflare:workers";
import type { Message, Update } from "grammy/types";
import { expect, test } from "vitest";
import type { LoggedCall } from "../../src/sandbox/telegram/client.ts";
import { brokenUpdates } from "../support/broken-updates.ts";
import { Stage } from "../support/stage.ts";
import fixture from "../support/telegram/updates.json";
import { CAUSES } from "./updates-causes.ts";

/** The staff group and one of its agents in the constructed part of the collection. */
const GROUP = -1002222222222;
const OLGA = 5550000077;

test(
  "every real and official update goes through the door, and causes what it should and nothing else",
  { timeout: 120_000 },
  async () => {
    const stage = await Stage.open({
      config: (config) => {
        config.groups[0].chatId = GROUP;
        config.agents!.push({ telegramId: OLGA, name: "Olga", groups: ["main"] });
      },
    });
    const seen: typeof CAUSES = [];
    let last = 0;
    for (const batch of batches()) {
      for (const { update } of batch) await stage.telegram.inject(update, { remember: true });
      await stage.settle(5 * 60_000);
      const calls = await stage.telegram.calls({ afterId: last });
      last = calls.at(-1)?.id ?? last;
      const inOrder = [...calls.filter((call) => !toStaff(call)), ...calls.filter(toStaff)];
      seen.push([
        batch.map((one) => one.kind).join(" + "),
        inOrder.map(inWords).filter((word) => word !== ""),
      ]);
    }
    expect(seen).toEqual(CAUSES);
    // Each of them was taken: nothing is sent again, and nothing blocks its chat.
    expect(stage.deliveries.every((delivery) => delivery.status === 200)).toBe(true);
  },
);

/** Of all the ways to break the collection every so many-th is tried: the rest is tried on the translation alone. */
const EVERY = 211;

test("an update that cannot be read is set aside with 200, and those after it are taken", async () => {
  const stage = await Stage.open({
    config: (config) => {
      config.groups[0].chatId = GROUP;
      config.agents!.push({ telegramId: OLGA, name: "Olga", groups: ["main"] });
    },
  });
  const statuses = new Map<string, number>();
  let number = 0;
  for (const [index, broken] of fixture.updates
    .flatMap(({ update }) => [...brokenUpdates(update)])
    .entries()) {
    if (index % EVERY !== 0) continue;
    number += 1;
    const update = { ...broken, update_id: 1_000_000 + number };
    const response = await stage.request("/telegram/webhook", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-telegram-bot-api-secret-token": env.WEBHOOK_SECRET,
      },
      body: JSON.stringify(update),
    });
    const { status } = await response.json<{ status: string }>();
    if (response.status !== 200) throw new Error(`${response.status} to ${JSON.stringify(update)}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  await stage.settle();
  expect(statuses.get("set_aside")).toBeGreaterThan(5);
  const { groups } = await (
    await stage.request("/healthz", { headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` } })
  ).json<{ groups: { group: string; setAside: number }[] }>();
  expect(groups[0].setAside).toBe(statuses.get("set_aside"));
  const ada = await stage.customer();
  await ada.write("Good morning");
  await stage.settle();
  expect(stage.deliveries.every((delivery) => delivery.status === 200)).toBe(true);
});

/**
 * The collection in its order, the items of an album together. Documentation and libraries use the same ids over and
 * over, which Telegram never does: every update gets an id of its own, and so does a message whose id is taken.
 */
function batches(): { kind: string; update: Partial<Update> }[][] {
  const taken = new Set<string>();
  const result: { kind: string; update: Partial<Update> }[][] = [];
  let album: string | undefined;
  for (const { kind, update } of fixture.updates) {
    const { update_id: _, ...content } = structuredClone(update) as unknown as Update;
    const { message } = content;
    if (message !== undefined) {
      while (taken.has(keyOf(message))) message.message_id += 1;
      taken.add(keyOf(message));
    }
    const sameAlbum = message?.media_group_id !== undefined && message.media_group_id === album;
    if (sameAlbum) result.at(-1)!.push({ kind, update: content });
    else result.push([{ kind, update: content }]);
    album = message?.media_group_id;
  }
  return result;
}

function keyOf(message: Message): string {
  return `${message.chat.id}:${message.message_id}`;
}

/** What goes to the staff and what goes to customers is sent side by side: only each has an order. */
function toStaff({ params }: LoggedCall): boolean {
  return params["chat_id"] === GROUP;
}

/** A Bot API call in a few words; what only introduces the bot is left out. */
function inWords({ method, params }: LoggedCall): string {
  const chat = params["chat_id"] === GROUP ? "the staff" : String(params["chat_id"]);
  const text = typeof params["text"] === "string" ? params["text"].split("\n")[0] : "";
  switch (method) {
    case "createForumTopic":
      return `topic ${String(params["name"])}`;
    case "copyMessage":
      return `copy ${String(params["message_id"])} of ${String(params["from_chat_id"])} to ${chat}`;
    case "copyMessages":
      return `album ${String(params["message_ids"])} of ${String(params["from_chat_id"])} to ${chat}`;
    case "sendMessage":
      return `to ${chat}: ${text.slice(0, 44)}`;
    case "editMessageText":
      return `card: ${text}`;
    case "editMessageCaption":
      return `caption for ${chat}: ${String(params["caption"])}`;
    case "answerCallbackQuery":
      return `toast: ${text}`;
    case "setWebhook":
    case "getMe":
    case "getForumTopicIconStickers":
    case "setMyCommands":
      return "";
    default:
      return method;
  }
}
