import type { SeenMessage } from "../../src/sandbox/telegram/feed.ts";
import type { BotCallMade } from "./runtime/telegram.ts";

/** What a user wrote, and what became of it. */
export interface Said {
  number: number;
  by: "customer" | "staff";
  writer: number;
  chat: number;
  message: number;
  topic: number | null;
  at: number;
  kind: string;
  /** The numbers of its album. */
  album: readonly number[];
  /** Whose conversation it belongs to; null where that is nobody's. */
  customer: number | null;
  /** Never for a customer: notes, commands, what answers them. */
  internal: boolean;
  /** Has to arrive, or to have a sign. */
  expected: boolean;
  /** An agent had it sent again, or its answer may have been lost: two copies are what they asked for. */
  mayRepeat: boolean;
  isAccepted: boolean;
  /** By version: an edit is a new one. */
  version: number;
  read: Reading[];
  signs: number;
}

interface Reading {
  chat: number;
  topic: number | null;
  message: number;
  version: number;
  at: number;
}

export interface Fault {
  law: string;
  what: string;
  at: number;
}

const MARK = /\[m(\d+)\.(\d+)\]/g;

export function markOf({ number, version }: Pick<Said, "number" | "version">): string {
  return `[m${number}.${version}]`;
}

/** Customers' messages that a group is looked at back to, and what of another's, written later, may come before one that waits. */
const ARRIVED_LOOKED_AT = 300;
const OVERTAKING_MAX = 8;
/** What comes sooner has not waited. */
const WAITED_MS = 60_000;

/** Which messages a button of a group's is about. */
export interface ButtonsMean {
  /** What a delivery carries. */
  carriedBy(group: string, seq: number): { chat: number; message: number }[];
  /** What stands under a number of the group's. */
  numbered(group: string, number: number): { chat: number; message: number };
}

/** A chat in which more than this was read is looked at in its newest part only. */
const ORDER_LOOKED_AT = 200;

/**
 * What was said, who read it, and whether that breaks a law. It sees what people see: messages in chats, not the desk's
 * tables.
 */
export class Ledger {
  readonly faults: Fault[] = [];
  readonly counts = { customers: 0, staff: 0, read: 0, signs: 0 };
  /** Whose conversation a topic is, as its first message showed. */
  readonly owners = new Map<string, number>();
  /** Staff: they read everything in private, too. */
  readonly staff = new Set<number>();
  /** Customers who were erased. */
  readonly gone = new Set<number>();
  /** Numbers of notes, commands and the like: their words may be kept. */
  readonly internals = new Set<number>();
  /** What customers wrote, as it came into a staff group, the latest last; by chat. */
  readonly #arrived = new Map<number, { customer: number; saidAt: number; at: number; message: number }[]>();
  readonly #byNumber = new Map<number, Said>();
  readonly #byMessage = new Map<string, Said>();
  /** In which order messages were read, by where, and what of it was written where. */
  readonly #orders = new Map<string, Said[]>();
  readonly #now: () => number;
  #last = 0;

  readonly buttonsMean: ButtonsMean;
  /** Since when nothing goes wrong, in ms since 1970. */
  readonly #quietSince: () => number;

  constructor(now: () => number, buttonsMean: ButtonsMean, quietSince: () => number) {
    this.#now = now;
    this.buttonsMean = buttonsMean;
    this.#quietSince = quietSince;
  }

  nextNumber(): number {
    return (this.#last += 1);
  }

  say(said: Omit<Said, "read" | "signs" | "version" | "mayRepeat" | "isAccepted" | "at">): Said {
    const kept: Said = {
      ...said,
      at: this.#now(),
      version: 0,
      mayRepeat: false,
      isAccepted: false,
      read: [],
      signs: 0,
    };
    this.#byNumber.set(kept.number, kept);
    this.#byMessage.set(`${kept.chat}:${kept.message}`, kept);
    if (said.internal) this.internals.add(said.number);
    this.counts[said.by === "customer" ? "customers" : "staff"] += 1;
    return kept;
  }

  saidAt(chat: number, message: number): Said | undefined {
    return this.#byMessage.get(`${chat}:${message}`);
  }

  ownerOf(chat: number, topic: number | null): number | undefined {
    return topic === null ? undefined : this.owners.get(`${chat}:${topic}`);
  }

  get all(): Iterable<Said> {
    return this.#byNumber.values();
  }

  /** What the bot has written is read by whoever is in that chat. */
  botWrote(message: SeenMessage, { method, params }: BotCallMade, place: number): void {
    const { chat } = message;
    const topic = message.is_topic_message === true ? (message.message_thread_id ?? null) : null;
    if (/^(copy|forward)Message/.test(method)) {
      const ids = (params["message_ids"] as number[] | undefined) ?? [params["message_id"] as number];
      const said = this.saidAt(params["from_chat_id"] as number, ids[place]);
      if (said !== undefined) this.#read(said, said.version, chat.id, topic, message.message_id);
      return;
    }
    const text = message.text ?? message.caption ?? "";
    for (const [, number, version] of text.matchAll(MARK)) {
      const said = this.#byNumber.get(Number(number));
      if (said !== undefined) this.#read(said, Number(version), chat.id, topic, message.message_id);
    }
    this.#signs(chat.id, params);
  }

  /** What is said of a message is a sign of it: a reply to it, or a button that sends it again. */
  #signs(chat: number, params: BotCallMade["params"]): void {
    const answered = (params["reply_parameters"] as { message_id?: number } | undefined)?.message_id;
    if (answered !== undefined) this.#sign(chat, answered);
    for (const one of this.#ofButtons(params["reply_markup"])) this.#sign(one.chat, one.message);
  }

  /** What the buttons "Send again" and "Send to the customer" under a message are about. */
  #ofButtons(markup: unknown): { chat: number; message: number }[] {
    if (markup === undefined) return [];
    const buttons = JSON.stringify(markup);
    const again = buttons.matchAll(/"s:([a-z0-9-]+):m:(\d+)"/g);
    const held = buttons.matchAll(/"h:([a-z0-9-]+):\d+:(\d+)"/g);
    return [
      ...[...again].flatMap(([, group, seq]) => this.buttonsMean.carriedBy(group, Number(seq))),
      ...[...held].map(([, group, number]) => this.buttonsMean.numbered(group, Number(number))),
    ];
  }

  /** The bot was answered that it is done; an ephemeral message is seen here only. */
  called({ method, params }: BotCallMade): void {
    if (method === "sendMessage") this.#signs(params["chat_id"] as number, params);
    if (method === "setMessageReaction")
      this.#sign(params["chat_id"] as number, params["message_id"] as number);
  }

  #sign(chat: number, message: number): void {
    const said = this.saidAt(chat, message);
    if (said === undefined) return;
    this.counts.signs += 1;
    said.signs += 1;
    // What is said of an album is said of all of it.
    for (const number of said.album) {
      const other = this.#byNumber.get(number);
      if (other !== undefined && other !== said) other.signs += 1;
    }
  }

  #read(said: Said, version: number, chat: number, topic: number | null, message: number): void {
    if (this.staff.has(chat)) return;
    this.counts.read += 1;
    const earlier = said.read.filter((one) => one.chat === chat && one.version === version);
    said.read.push({ chat, topic, message, version, at: this.#now() });
    if (chat > 0) this.#readByCustomer(said, version, chat, earlier.length);
    else this.#readByStaff(said, chat, topic);
    if (earlier.length > 0 || !isAddressee(said, chat)) return;
    this.#noteOrder(said, chat, topic);
    if (chat < 0) this.#noteTurn(said, chat, message);
  }

  /** Nobody waits while another customer's later messages go before, however many there are. */
  #noteTurn(said: Said, chat: number, message: number): void {
    const arrived = this.#arrived.get(chat) ?? [];
    this.#arrived.set(chat, arrived);
    const at = this.#now();
    if (at - said.at > WAITED_MS && this.#quietSince() < said.at && isPlain(said)) {
      const later = new Map<number, number>();
      /** Several may come as one message. */
      const meanwhile = new Map<number, Set<number>>();
      for (const one of arrived) {
        if (one.customer !== said.customer && one.saidAt > said.at)
          later.set(one.customer, (later.get(one.customer) ?? 0) + 1);
        if (one.at <= said.at) continue;
        const all = meanwhile.get(one.customer) ?? new Set();
        meanwhile.set(one.customer, all.add(one.message));
      }
      const wait = `${told(said)} waited ${Math.round((at - said.at) / 1_000)} s`;
      const most = Math.max(0, ...later.values());
      const own = meanwhile.get(said.customer!)?.size ?? 0;
      // Whose own came meanwhile has written much themselves, and shares the minute with the others.
      if (most > own + OVERTAKING_MAX)
        this.fail(
          "starved",
          `${wait} behind ${most} later ones of another's, while ${own} of their own came`,
        );
      const others = Math.max(
        0,
        ...[...meanwhile].map(([one, { size }]) => (one === said.customer ? 0 : size)),
      );
      if (others > own + OVERTAKING_MAX)
        this.fail("starved", `${wait}, while ${others} of another's came, and ${own} of their own`);
    }
    arrived.push({ customer: said.customer!, saidAt: said.at, at, message });
    if (arrived.length > ARRIVED_LOOKED_AT) arrived.shift();
  }

  #readByCustomer(said: Said, version: number, chat: number, earlier: number): void {
    if (said.by === "customer") {
      if (said.customer !== chat) this.fail("private", `${told(said)} was read by customer ${chat}`);
      return;
    }
    if (said.internal) this.fail("internal", `${told(said)} was read by customer ${chat}`);
    else if (said.customer !== chat) this.fail("addressee", `${told(said)} was read by customer ${chat}`);
    if (earlier > 0 && !said.mayRepeat)
      this.fail("once", `${told(said)}, version ${version}, was read ${earlier + 1} times by ${chat}`);
  }

  #readByStaff(said: Said, chat: number, topic: number | null): void {
    if (said.by !== "customer" || topic === null) return;
    const where = `${chat}:${topic}`;
    const owner = this.owners.get(where);
    if (owner === undefined) this.owners.set(where, said.customer!);
    else if (owner !== said.customer)
      this.fail("topic", `${told(said)} was read in the topic ${where} of customer ${owner}`);
  }

  /** What was written one after the other in one place is read so, where nothing is known to have gone wrong. */
  #noteOrder(said: Said, chat: number, topic: number | null): void {
    const where = chat > 0 ? `${chat}` : `${chat}:${topic}`;
    const order = this.#orders.get(where) ?? [];
    this.#orders.set(where, order);
    if (isPlain(said))
      for (const before of order) {
        const isTurned =
          before.chat === said.chat && before.topic === said.topic && before.message > said.message;
        if (isTurned && isPlain(before))
          this.fail("order", `${told(said)} was read after ${told(before)} in ${where}`);
      }
    order.push(said);
    if (order.length > ORDER_LOOKED_AT) order.shift();
  }

  /** The desk has said that it has this message. */
  accepted(chat: number, message: number): void {
    const said = this.saidAt(chat, message);
    if (said !== undefined) said.isAccepted = true;
  }

  /** What was written in this chat, and the desk does not have yet, need not arrive. */
  excuse(chat: number): void {
    for (const said of this.#byNumber.values())
      if (said.by === "staff" && said.chat === chat && !said.isAccepted) said.expected = false;
  }

  fail(law: string, what: string): void {
    this.faults.push({ law, what, at: this.#now() });
  }

  /** Nothing is under way: what was expected has arrived, or has a sign. Forgets what is over. */
  settleAll(keptSince: number): void {
    for (const said of this.#byNumber.values()) {
      const isGone = said.customer !== null && this.gone.has(said.customer);
      if (
        said.expected &&
        !isGone &&
        said.signs === 0 &&
        !said.read.some((one) => isAddressee(said, one.chat))
      )
        this.fail("lost", `${told(said)} was never read, and there is no sign of it`);
      said.expected = false;
      if (said.at >= keptSince) continue;
      this.#byNumber.delete(said.number);
      this.#byMessage.delete(`${said.chat}:${said.message}`);
    }
    for (const [where, order] of this.#orders) {
      const kept = order.filter(({ at }) => at >= keptSince);
      if (kept.length > 0) this.#orders.set(where, kept);
      else this.#orders.delete(where);
    }
  }
}

function isAddressee(said: Said, chat: number): boolean {
  return said.by === "customer" ? chat < 0 : chat === said.customer;
}

function isPlain(said: Said): boolean {
  return said.signs === 0 && said.version === 0 && !said.mayRepeat;
}

function told({ number, by, kind, chat, message, topic }: Said): string {
  return `${by}'s ${kind} m${number} (${chat}${topic === null ? "" : `:${topic}`}/${message})`;
}
