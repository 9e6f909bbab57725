import type { SeenMessage } from "../../src/sandbox/telegram/client.ts";
import type { Scene } from "./scene.ts";

/** What became of everything that was said. Each broken law is a line. */
export interface Verdict {
  said: number;
  /** Customers' messages that stand in their topic twice: the repetition of a call whose outcome was unknown. */
  mirroredTwice: number;
  answers: number;
  arrived: number;
  /** Answers that did not arrive, of which their writers were told. */
  told: number;
  notes: number;
  tickets: number;
  broken: string[];
}

interface Ticket {
  ref: string;
  topicId: number | null;
  customer: { id: number };
}

/** Looks at what people can read, once all is quiet. Each sentence carries a number that no other has. */
export async function judge(scene: Scene): Promise<Verdict> {
  const { traffic, world, group, agents } = scene;
  const broken: string[] = [];
  const inGroup = agents.flatMap(({ id }) => world.core.act("messages", { chatId: group.id, asUserId: id }));
  const byBot = unique(inGroup).filter(isByBot);
  const inTopic = Map.groupBy(byBot, ({ message_thread_id: topic }) => topic ?? 0);

  let mirroredTwice = 0;
  const reads = [...inTopic.values()].map((messages) => ({
    all: firstPlacesOf(messages),
    copied: messages.filter(isCopy).flatMap(marksIn),
  }));
  for (const { customer, texts } of traffic.said) {
    for (const text of texts) {
      const mark = markOf(text);
      const there = reads.filter(({ all }) => all.has(mark));
      if (there.length === 0) broken.push(`lost: ${text}, by customer ${customer}`);
      if (there.length > 1) broken.push(`in several topics: ${text}`);
      if (there.some(({ copied }) => copied.filter((one) => one === mark).length > 1)) mirroredTwice += 1;
    }
  }
  for (const { id } of traffic.customers) {
    const marks = traffic.said
      .filter(({ customer }) => customer === id)
      .flatMap(({ texts }) => texts.map(markOf));
    for (const { all } of reads) broken.push(...outOfOrder(`what customer ${id} wrote`, marks, all));
  }

  const tickets = await allTickets(scene);
  const customerOf = new Map(tickets.map(({ topicId, customer }) => [topicId, customer.id]));
  let arrived = 0;
  let told = 0;
  for (const topic of new Set(traffic.answers.map((answer) => answer.topic))) {
    const customer = customerOf.get(topic);
    const answers = traffic.answers
      .filter((answer) => answer.topic === topic)
      .sort((a, b) => a.messageIds[0] - b.messageIds[0]);
    if (customer === undefined) {
      broken.push(`topic ${topic} is no ticket's, and an agent answered there`);
      continue;
    }
    const read = world.core.act("messages", { chatId: customer }).filter(isByBot);
    const counts = new Map<number, number>();
    for (const message of read)
      for (const mark of marksIn(message)) counts.set(mark, (counts.get(mark) ?? 0) + 1);
    const places = firstPlacesOf(read);
    for (const { messageIds, texts } of answers) {
      for (const text of texts)
        if ((counts.get(markOf(text)) ?? 0) > 1) broken.push(`a customer read twice: ${text}`);
      if (texts.every((text) => counts.has(markOf(text)))) arrived += 1;
      else if (isTold(inGroup, messageIds)) told += 1;
      else broken.push(`lost without a word: ${texts.join(", ")}`);
    }
    const marks = answers.flatMap(({ texts }) => texts.map(markOf));
    broken.push(...outOfOrder(`topic ${topic}`, marks, places));
  }

  const noted = await notesOf(scene, tickets);
  for (const note of traffic.notes) {
    const times = noted.filter((one) => one === note).length;
    if (times !== 1) broken.push(`noted ${times} times: ${note}`);
  }
  const { items: parked } = await scene.api.call<{ items: unknown[] }>("GET", "/api/v1/outbox?state=parked");
  if (parked.length > 0) broken.push(`${parked.length} deliveries were given up`);
  return {
    said: traffic.said.length,
    mirroredTwice,
    answers: traffic.answers.length,
    arrived,
    told,
    notes: traffic.notes.length,
    tickets: tickets.length,
    broken,
  };
}

function unique(messages: readonly SeenMessage[]): SeenMessage[] {
  const known = new Map<string, SeenMessage>();
  for (const message of messages)
    known.set(`${message.message_id} ${message.ephemeral_message_id ?? ""}`, message);
  return [...known.values()].sort((a, b) => a.message_id - b.message_id);
}

function isByBot(message: SeenMessage): boolean {
  return message.from?.is_bot === true;
}

/** A card has its ticket's subject, which is a customer's words. A late message has a button, too, which says when it was written. */
function isCopy({ reply_markup: markup }: SeenMessage): boolean {
  return !(markup?.inline_keyboard ?? []).flat().some((button) => "callback_data" in button);
}

function markOf(text: string): number {
  return Number(/‹(\d+)›/.exec(text)?.[1]);
}

function marksIn({ text, caption }: SeenMessage): number[] {
  return [...(text ?? caption ?? "").matchAll(/‹(\d+)›/g)].map(([, mark]) => Number(mark));
}

function firstPlacesOf(messages: readonly SeenMessage[]): Map<number, number> {
  const places = new Map<number, number>();
  for (const mark of messages.flatMap(marksIn)) if (!places.has(mark)) places.set(mark, places.size);
  return places;
}

/** Within what has arrived, the later never stands before the earlier. */
function outOfOrder(where: string, marks: readonly number[], places: ReadonlyMap<number, number>): string[] {
  const there = marks.filter((mark) => places.has(mark));
  return there.flatMap((mark, index) =>
    index > 0 && places.get(mark)! < places.get(there[index - 1])!
      ? [`out of order in ${where}: ‹${mark}› before ‹${there[index - 1]}›`]
      : [],
  );
}

const NOT_ARRIVED = /Not sent|Not delivered|didn't confirm/;

/** By a notice that answers it, or a sign on it. */
function isTold(messages: readonly SeenMessage[], ids: readonly number[]): boolean {
  return messages.some(
    (message) =>
      (isByBot(message) &&
        NOT_ARRIVED.test(message.text ?? "") &&
        ids.includes(message.reply_to_message?.message_id ?? -1)) ||
      (ids.includes(message.message_id) && (message.reactions ?? []).length > 0),
  );
}

async function allTickets({ api }: Scene): Promise<Ticket[]> {
  const tickets: Ticket[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const path: string = `/api/v1/tickets?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const page = await api.call<{ items: Ticket[]; nextCursor: string | null }>("GET", path);
    tickets.push(...page.items);
    cursor = page.nextCursor;
  }
  return tickets;
}

async function notesOf({ api }: Scene, tickets: readonly Ticket[]): Promise<string[]> {
  const notes: string[] = [];
  for (const { ref } of tickets) {
    for (let cursor: string | null = ""; cursor !== null;) {
      const path: string = `/api/v1/tickets/${ref}/events?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page = await api.call<{
        items: { type: string; note: string | null }[];
        nextCursor: string | null;
      }>("GET", path);
      notes.push(
        ...page.items.flatMap(({ type, note }) => (type === "note_added" && note !== null ? [note] : [])),
      );
      cursor = page.nextCursor;
    }
  }
  return notes;
}
