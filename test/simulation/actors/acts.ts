import type { SeenMessage } from "../../../src/sandbox/telegram/feed.ts";
import { BYSTANDER, ELSEWHERE, LEAD } from "../config.ts";
import type { Said } from "../ledger.ts";
import type { Dice } from "../runtime/dice.ts";
import type { Customer, Scene, Topic } from "../scene.ts";
import * as admins from "./admins.ts";
import { contentOf, WORDS } from "./content.ts";

/** One thing that somebody does; false where there was nothing to do it to. */
type Act = (scene: Scene, dice: Dice) => boolean;

interface Actor {
  /** How often, against the others. */
  weight: number;
  act: Act;
}

/** What people do. An act says whether there was anything to do it to. */
export const ACTS = {
  "a new customer writes": actor(4, (scene, dice) => {
    const customer = scene.newCustomer(dice);
    if (dice.chance(0.3)) {
      const group = dice.pick(scene.config.groups).id;
      scene.do(() => scene.telegram.act("start", { userId: customer.id, payload: group }));
    }
    return write(scene, customer, dice);
  }),
  "a customer writes": actor(30, (scene, dice) =>
    withCustomer(scene, dice, (customer) => write(scene, customer, dice)),
  ),
  "a customer writes in a burst": actor(6, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      for (let left = dice.whole(2, 7); left > 0; left -= 1) write(scene, customer, dice);
      return true;
    }),
  ),
  "a customer floods": actor(0.3, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      for (let left = dice.whole(15, 40); left > 0; left -= 1)
        scene.write(customer, contentOf(dice.pick(["sticker", "text"]), dice), { kind: "text" });
      return true;
    }),
  ),
  "a customer sends an album": actor(2, (scene, dice) =>
    withCustomer(scene, dice, (customer) => album(scene, customer, dice)),
  ),
  "a customer forwards": actor(1, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      const seen = forwarded(scene, customer.id, null, dice);
      if (seen !== null) scene.customerSaid(customer, seen.message, seen.number, { kind: "forward" });
      return seen !== null;
    }),
  ),
  "a customer votes": actor(1, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      const polls = Object.values(scene.telegram.world.chat(customer.id)?.messages ?? {}).filter(
        ({ kind }) => kind === "poll",
      );
      if (polls.length === 0) return false;
      const { id: messageId } = dice.pick(polls);
      return scene.do(() => scene.telegram.act("vote", { userId: customer.id, messageId, options: [0] }));
    }),
  ),
  "a customer replies": actor(5, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      const replyTo = anyMessageOf(scene, customer.id, dice);
      return replyTo !== null && write(scene, customer, dice, { replyTo });
    }),
  ),
  "a customer edits": actor(4, (scene, dice) =>
    withSaidOf(scene, dice, (said) => scene.edit(said, `edited ${dice.pick(WORDS)}`)),
  ),
  "a customer reacts": actor(1.5, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      const messageId = anyMessageOf(scene, customer.id, dice);
      if (messageId === null) return false;
      return scene.do(() =>
        scene.telegram.act("react", { userId: customer.id, messageId, emoji: reaction(dice) }),
      );
    }),
  ),
  "a customer uses a command": actor(2, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      const text = dice.pick(["/new", "/tickets", "/close", "/help", "/start", "/cloes", "/new now"]);
      return scene.do(() => scene.telegram.act("write", { userId: customer.id, text }));
    }),
  ),
  "a customer presses a button": actor(4, (scene, dice) =>
    withCustomer(scene, dice, (customer) => pressAny(scene, customer.id, customer.id, dice)),
  ),
  "a customer blocks the bot": actor(0.3, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      scene.do(() => scene.telegram.act("block", { userId: customer.id }));
      return true;
    }),
  ),
  "a customer comes back": actor(0.6, (scene, dice) =>
    withCustomer(scene, dice, (customer) =>
      scene.do(() => scene.telegram.act("start", { userId: customer.id })),
    ),
  ),
  "an agent answers": actor(26, (scene, dice) =>
    withTopic(scene, dice, (topic) => answer(scene, topic, dice)),
  ),
  "an agent answers in a burst": actor(3, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      for (let left = dice.whole(2, 5); left > 0; left -= 1) answer(scene, topic, dice);
      return true;
    }),
  ),
  "an agent sends an album": actor(1, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const userId = agent(scene, dice);
      const { chat: chatId, topic: threadId } = topic;
      const { numbers, items } = albumOf(scene, dice);
      return scene.do(() => {
        const seen = scene.telegram.act("writeAlbum", { userId, chatId, threadId, items });
        for (const [at, message] of seen.entries())
          scene.staffSaid(topic, userId, message, numbers[at], { kind: "album", album: numbers });
      });
    }),
  ),
  "an agent forwards": actor(0.7, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const userId = agent(scene, dice);
      const seen = forwarded(scene, userId, topic, dice);
      if (seen !== null) scene.staffSaid(topic, userId, seen.message, seen.number, { kind: "forward" });
      return seen !== null;
    }),
  ),
  "an agent replies": actor(4, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const messages = scene.messagesIn(topic);
      if (messages.length === 0) return false;
      const replied = dice.pick(messages);
      // What answers a note or a command stays in the topic, until somebody has it sent.
      const isInternal = scene.ledger.saidAt(topic.chat, replied.id)?.internal === true;
      return answer(scene, topic, dice, { replyTo: replied.id }, isInternal);
    }),
  ),
  "an agent notes": actor(4, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const text = `${dice.pick(["/note", "//", "/note@desk_bot", "\u200B/note"])} ${dice.pick(WORDS)}`;
      return scene.writeIn(topic, agent(scene, dice), { text }, { internal: true }) !== null;
    }),
  ),
  "an agent slips": actor(2, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const text = `${dice.pick(["/", "／", " / note", "/clam", "/noet", "\u00AD/note"])} ${dice.pick(WORDS)}`;
      const internal = !text.startsWith(" / ") && !text.startsWith("/ ");
      return scene.writeIn(topic, agent(scene, dice), { text }, { internal, expected: false }) !== null;
    }),
  ),
  "an agent uses a command": actor(12, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const text = commandOf(scene, dice);
      return scene.writeIn(topic, agent(scene, dice), { text }, { internal: true }) !== null;
    }),
  ),
  "an agent presses a button": actor(8, (scene, dice) =>
    withTopic(scene, dice, (topic) => pressIn(scene, topic, agent(scene, dice), dice)),
  ),
  "an agent edits": actor(3, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const own = saidIn(scene, topic).filter(({ internal }) => !internal);
      return own.length > 0 && scene.edit(dice.pick(own), `edited ${dice.pick(WORDS)}`);
    }),
  ),
  "an agent makes an answer a note": actor(0.7, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const own = saidIn(scene, topic).filter(({ internal, kind }) => !internal && kind === "text");
      if (own.length === 0) return false;
      const said = dice.pick(own);
      // It is not meant for the customer any more; who has it already has it.
      said.expected = false;
      scene.ledger.internals.add(said.number);
      return scene.edit(said, "/note");
    }),
  ),
  "an agent reacts": actor(1.5, (scene, dice) =>
    withTopic(scene, dice, ({ chat, topic }) => {
      const messages = scene.messagesIn({ chat, topic });
      if (messages.length === 0) return false;
      const messageId = dice.pick(messages).id;
      return scene.do(() =>
        scene.telegram.act("react", {
          userId: agent(scene, dice),
          chatId: chat,
          messageId,
          emoji: reaction(dice),
        }),
      );
    }),
  ),
  "an agent deletes an answer": actor(0.7, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const own = saidIn(scene, topic).filter(({ internal }) => !internal);
      if (own.length === 0) return false;
      const said = dice.pick(own);
      const { message, writer } = said;
      // It may not have left yet.
      said.expected = false;
      return (
        scene.writeIn(
          topic,
          writer,
          { text: "/delete" },
          { internal: true, options: { replyTo: message } },
        ) !== null
      );
    }),
  ),
  "an outsider writes in a topic": actor(0.5, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      const { telegram } = scene;
      telegram.act("member", { chatId: topic.chat, userId: BYSTANDER });
      return scene.writeIn(topic, BYSTANDER, { text: dice.pick(WORDS) }, { internal: true }) !== null;
    }),
  ),
  "somebody writes outside of the topics": actor(0.8, (scene, dice) => {
    const { chatId } = dice.pick(scene.config.groups);
    const userId = agent(scene, dice);
    const text = dice.pick([
      "/queue",
      "/mine",
      "/team",
      "/overdue",
      "/help",
      "hello all",
      "/away 2h",
      "/online",
    ]);
    return scene.do(() => scene.telegram.act("write", { userId, chatId, text }));
  }),
  "an agent writes to the bot": actor(0.7, (scene, dice) => {
    const userId = agent(scene, dice);
    const text = dice.pick(["/mine", "/queue", "/away", "/online", "/help", "hello"]);
    return scene.do(() => scene.telegram.act("write", { userId, text }));
  }),
  "a topic is closed by hand": actor(0.5, (scene, dice) =>
    withTopic(scene, dice, ({ chat, topic }) =>
      scene.do(() => scene.telegram.act("closeTopic", { userId: LEAD, chatId: chat, threadId: topic })),
    ),
  ),
  "a topic is renamed by hand": actor(0.3, (scene, dice) =>
    withTopic(scene, dice, ({ chat, topic }) =>
      scene.do(() =>
        scene.telegram.act("editTopic", { userId: LEAD, chatId: chat, threadId: topic, name: "renamed" }),
      ),
    ),
  ),
  "a topic is deleted": actor(0.8, (scene, dice) =>
    withTopic(scene, dice, (topic) => {
      // What stands in it is gone with it, for the desk as well.
      for (const said of scene.ledger.all)
        if (said.by === "staff" && said.chat === topic.chat && said.topic === topic.topic)
          said.expected = false;
      const { chat: chatId, topic: threadId } = topic;
      scene.forget(topic);
      return scene.do(() => scene.telegram.act("deleteTopic", { userId: LEAD, chatId, threadId }));
    }),
  ),
  "a program does something": actor(2, (scene, dice) => {
    void admins.program(scene, dice);
    return true;
  }),
  "an admin changes the configuration": actor(0.4, (scene, dice) => {
    void admins.reconfigure(scene, dice);
    return true;
  }),
  "a program has something sent again": actor(0.5, (scene, dice) => {
    void admins.replay(scene, dice);
    return true;
  }),
  "an admin takes a queue or a group out for a while": actor(0.15, (scene, dice) => {
    void admins.takeOut(scene, dice);
    return true;
  }),
  "a group gets another chat": actor(0.15, (scene, dice) => {
    void admins.otherChat(scene, dice);
    return true;
  }),
  "an admin holds a customer's data": actor(0.2, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      void admins.hold(scene, customer.id, dice);
      return true;
    }),
  ),
  "an admin erases a customer": actor(0.4, (scene, dice) =>
    withCustomer(scene, dice, (customer) => {
      scene.leaves(customer);
      void admins.erase(scene, customer.id);
      return true;
    }),
  ),
  "the bot loses its rights for some minutes": actor(0.2, (scene, dice) => {
    const { chatId } = dice.pick(scene.config.groups);
    const again = (): void =>
      void scene.do(() => scene.telegram.act("promoteBot", { chatId, rights: { can_manage_topics: true } }));
    scene.later(dice.between(30_000, 600_000), again);
    return scene.do(() => scene.telegram.act("promoteBot", { chatId, rights: { can_manage_topics: false } }));
  }),
} satisfies Record<string, Actor>;

export type ActName = keyof typeof ACTS;

export const WEIGHTS = Object.fromEntries(
  Object.entries(ACTS).map(([name, { weight }]) => [name, weight]),
) as Record<ActName, number>;

function actor(weight: number, act: Act): Actor {
  return { weight, act };
}

function withCustomer(scene: Scene, dice: Dice, work: (customer: Customer) => boolean): boolean {
  return scene.customers.length > 0 && work(dice.pick(scene.customers));
}

function withTopic(scene: Scene, dice: Dice, work: (topic: Topic) => boolean): boolean {
  return scene.topics.length > 0 && work(dice.pick(scene.topics));
}

function withSaidOf(scene: Scene, dice: Dice, work: (said: Said) => boolean): boolean {
  return withCustomer(scene, dice, ({ said }) => {
    const editable = said.filter(({ kind }) => kind === "text" || kind === "photo" || kind === "document");
    return editable.length > 0 && work(dice.pick(editable));
  });
}

function agent(scene: Scene, dice: Dice): number {
  return dice.pick(scene.agents).telegramId;
}

const CUSTOMER_CONTENT = {
  text: 20,
  photo: 3,
  sticker: 2,
  voice: 1,
  document: 1,
  location: 1,
  videoNote: 0.5,
  poll: 0.3,
  contact: 0.3,
  dice: 0.3,
  long: 0.5,
};

function write(scene: Scene, customer: Customer, dice: Dice, options: { replyTo?: number } = {}): boolean {
  const kind = dice.weighted(CUSTOMER_CONTENT);
  return (
    scene.write(customer, contentOf(kind, dice), { kind: kind === "long" ? "text" : kind, options }) !== null
  );
}

const AGENT_CONTENT = { text: 20, photo: 2, document: 1, voice: 0.5, sticker: 0.5, long: 0.4 };

function answer(
  scene: Scene,
  topic: Topic,
  dice: Dice,
  options: { replyTo?: number } = {},
  internal = false,
): boolean {
  const kind = dice.weighted(AGENT_CONTENT);
  const rest = { kind: kind === "long" ? "text" : kind, options, internal, expected: true };
  return scene.writeIn(topic, agent(scene, dice), contentOf(kind, dice), rest) !== null;
}

function album(scene: Scene, customer: Customer, dice: Dice): boolean {
  const { numbers, items } = albumOf(scene, dice);
  return scene.do(() => {
    const seen = scene.telegram.act("writeAlbum", { userId: customer.id, items });
    for (const [at, message] of seen.entries())
      scene.customerSaid(customer, message, numbers[at], { kind: "album", album: numbers });
  });
}

/** Pictures of which the first has a caption. */
function albumOf(scene: Scene, dice: Dice) {
  const numbers = Array.from({ length: dice.whole(2, 5) }, () => scene.ledger.nextNumber());
  const items = numbers.map((number, at) => ({
    photo: {},
    ...(at === 0
      ? {
          caption: `album
[m${number}.0]`,
        }
      : {}),
  }));
  return { numbers, items };
}

/** Somebody forwards what was written elsewhere; null: Telegram refuses it. */
function forwarded(scene: Scene, userId: number, topic: Topic | null, dice: Dice) {
  const { telegram } = scene;
  const number = scene.ledger.nextNumber();
  const place = topic === null ? {} : { chatId: topic.chat, threadId: topic.topic };
  const text = `${dice.pick(WORDS)}
[m${number}.0]`;
  const source = telegram.act("write", { userId: BYSTANDER, chatId: ELSEWHERE, text });
  const messages = [{ chatId: ELSEWHERE, messageId: source.message_id }];
  let message: SeenMessage | undefined;
  scene.do(() => {
    [message] = telegram.act("forward", { userId, ...place, messages, hideSender: dice.chance(0.3) });
  });
  return message === undefined ? null : { number, message };
}

function saidIn(scene: Scene, topic: Topic): Said[] {
  return scene
    .messagesIn(topic)
    .map(({ id }) => scene.ledger.saidAt(topic.chat, id))
    .filter((said) => said !== undefined)
    .filter(({ by }) => by === "staff");
}

/** A message in a private chat, whoever wrote it. */
function anyMessageOf(scene: Scene, chat: number, dice: Dice): number | null {
  const ids = Object.keys(scene.telegram.world.chat(chat)?.messages ?? {});
  return ids.length === 0 ? null : Number(dice.pick(ids.slice(-15)));
}

function pressAny(scene: Scene, userId: number, chatId: number, dice: Dice): boolean {
  const messages = Object.values(scene.telegram.world.chat(chatId)?.messages ?? {}).slice(-20);
  return pressOne(
    scene,
    messages.filter(({ keyboard }) => keyboard !== null),
    userId,
    dice,
  );
}

function pressIn(scene: Scene, topic: Topic, userId: number, dice: Dice): boolean {
  return pressOne(
    scene,
    scene.messagesIn(topic).filter(({ keyboard }) => keyboard !== null),
    userId,
    dice,
  );
}

function pressOne(
  scene: Scene,
  messages: ReturnType<Scene["messagesIn"]>,
  userId: number,
  dice: Dice,
): boolean {
  if (messages.length === 0) return false;
  const message = dice.pick(messages);
  const button = dice.pick(message.keyboard!.inline_keyboard.flat());
  if (!("callback_data" in button)) return false;
  if (button.text.startsWith("Send")) {
    const about = message.replyTo?.type === "message" ? message.replyTo.messageId : null;
    const said = about === null ? undefined : scene.ledger.saidAt(message.chatId, about);
    if (said !== undefined) said.mayRepeat = true;
    const [, group, seq] = /^s:([a-z0-9-]+):m:(\d+)$/.exec(button.callback_data) ?? [];
    for (const one of group === undefined ? [] : scene.ledger.buttonsMean.carriedBy(group, Number(seq))) {
      const carried = scene.ledger.saidAt(one.chat, one.message);
      if (carried !== undefined) carried.mayRepeat = true;
    }
    const [, home, number] = /^h:([a-z0-9-]+):\d+:(\d+)$/.exec(button.callback_data) ?? [];
    if (home !== undefined) {
      const held = scene.ledger.buttonsMean.numbered(home, Number(number));
      const meant = scene.ledger.saidAt(held.chat, held.message);
      if (meant !== undefined) meant.internal = false;
    }
  }
  return scene.do(() =>
    scene.telegram.act("press", {
      userId,
      chatId: message.chatId,
      messageId: message.id,
      data: button.callback_data,
    }),
  );
}

function commandOf(scene: Scene, dice: Dice): string {
  const queue = dice.pick(scene.config.queues).id;
  return dice.pick([
    "/claim",
    "/claim",
    "/unclaim",
    `/assign @agent_${agent(scene, dice)}`,
    "/resolve done",
    "/resolve",
    "/close",
    "/close no answer",
    "/reopen",
    "/priority urgent",
    "/priority low",
    "/tag refund -old",
    `/transfer ${queue}`,
    `/transfer ${queue} please`,
    "/decline",
    "/escalate help",
    "/snooze 2h",
    "/snooze 20m later",
    "/sla",
    "/info",
    "/help",
    "/mine",
    "/away 1h",
    "/online",
  ]);
}

function reaction(dice: Dice): string[] {
  return dice.chance(0.2) ? [] : [dice.pick(["👍", "❤", "🔥"])];
}
