import type { ReactionType } from "grammy/types";
import type { Customer, LoggedCall, Member } from "../../src/sandbox/telegram/client.ts";
import { Stage } from "./stage.ts";

/** Fields of a Bot API message, just as they are given. */
type Fields = Record<string, unknown>;

interface Profile {
  id?: number;
  is_bot?: boolean;
  first_name?: string;
  last_name?: string;
  username?: string;
  language_code?: string;
  is_premium?: boolean;
}

/** A message, or something that is done. test/cases/README.md explains the fields. */
interface Step {
  id?: string;
  customer?: Fields;
  agent?: Fields;
  other?: Fields & { from: Profile };
  raw?: Fields;
  editBy?: "customer" | "agent";
  reactBy?: "customer" | "agent";
  of?: string;
  message?: Fields;
  old?: ReactionType[];
  new?: ReactionType[];
  fault?: { method: string; times?: number; code: number; description: string; retry_after?: number };
  wait?: number;
  replyTo?: string;
  replyToText?: string;
  ago?: number;
  quick?: boolean;
  quiet?: number;
}

interface Expectation {
  why: string;
  after?: string;
  toEnd?: boolean;
  chat?: "customer" | "staff" | "any" | number;
  method?: string;
  where?: string;
  min?: number;
  max?: number;
  ok?: boolean;
  topicName?: string;
  not?: string;
  ticket?: string;
  agoMin?: number;
  healthz?: string;
}

export interface TelegramCase {
  id: string;
  must: string;
  from?: Profile;
  steps: Step[];
  expect: Expectation[];
  alone?: boolean;
}

/** Where a message of a step lies. */
interface Written {
  chatId: number;
  messageId: number;
}

/** Plays a case on a desk of its own, and answers what was expected and did not come true, each with its reason. */
export async function unmetOf(one: TelegramCase): Promise<string[]> {
  const scene = new Scene(await Stage.open({ budgets: "real" }), one);
  await scene.play();
  const unmet: string[] = [];
  for (const expectation of one.expect) {
    const missed = await scene.check(expectation);
    if (missed !== null) unmet.push(`${expectation.why}: ${missed}`);
  }
  return unmet;
}

class Scene {
  readonly #stage: Stage;
  readonly #case: TelegramCase;
  readonly #written = new Map<string, Written>();
  readonly #others = new Map<number, Member>();
  /** The last call before each step. */
  readonly #begins: { id: string; after: number }[] = [];
  #customer!: Customer;

  constructor(stage: Stage, one: TelegramCase) {
    this.#stage = stage;
    this.#case = one;
  }

  async play(): Promise<void> {
    this.#customer = await this.#stage.customer(settingsOf(this.#case.from ?? {}));
    for (const [index, step] of this.#case.steps.entries()) {
      const calls = await this.#stage.telegram.calls();
      this.#begins.push({ id: step.id ?? `step ${index}`, after: calls.at(-1)?.id ?? 0 });
      await this.#take(step);
      if (step.quick !== true && step.fault === undefined) await this.#stage.settle();
    }
    const refused = this.#stage.deliveries.filter(({ status }) => status !== 200);
    if (refused.length > 0) throw new Error(`the desk answered Telegram ${refused[0].status}`);
  }

  async #take(step: Step): Promise<void> {
    const stage = this.#stage;
    if (step.fault !== undefined) {
      const { method, code, description, times = 1, retry_after } = step.fault;
      const scope = { methods: [method], times };
      await stage.telegram.faults([
        retry_after === undefined
          ? { effect: "refuse", code, description, ...scope }
          : { effect: "flood", retryAfter: retry_after, ...scope },
      ]);
    } else if (step.wait !== undefined) await stage.pass(step.wait);
    else if (step.raw !== undefined) await this.#inject(step.raw);
    else if (step.editBy !== undefined) {
      const person = step.editBy === "customer" ? this.#customer : stage.olga;
      await person.editAsIs(this.#own(step).messageId, step.message ?? {});
    } else if (step.reactBy !== undefined) await this.#react(step);
    else await this.#write(step);
  }

  async #write(step: Step): Promise<void> {
    const { customer, agent, other, ago } = step;
    const inPrivate = customer !== undefined;
    const chatId = inPrivate ? this.#customer.id : this.#stage.group.id;
    const replyTo = await this.#replied(step, chatId);
    const options = {
      ...(replyTo === null ? {} : { replyTo }),
      ...(ago === undefined ? {} : { date: Math.floor(this.#stage.now / 1000) - ago }),
    };
    if (inPrivate) {
      this.#remember(step, await this.#customer.writeAsIs(customer, options));
      return;
    }
    const thread = await this.#thread();
    if (agent !== undefined) this.#remember(step, await this.#stage.olga.writeAsIs(thread, agent, options));
    else if (other !== undefined) {
      const { from, ...fields } = other;
      this.#remember(step, await (await this.#other(from)).writeAsIs(thread, fields, options));
    } else throw new Error(`nobody does anything in ${JSON.stringify(step)}`);
  }

  #remember({ id }: Step, message: { chat: { id: number }; message_id: number }): void {
    if (id !== undefined) this.#written.set(id, { chatId: message.chat.id, messageId: message.message_id });
  }

  async #other(from: Profile): Promise<Member> {
    const id = from.id ?? 880_000;
    const member = this.#others.get(id) ?? (await this.#stage.group.member({ id, ...settingsOf(from) }));
    this.#others.set(id, member);
    return member;
  }

  #own({ of }: Step): Written {
    const written = this.#written.get(of ?? "");
    if (written === undefined) throw new Error(`no step “${of}” wrote anything`);
    return written;
  }

  /** The message as it stands in this chat: written there, or copied to it by the desk. */
  async #standsIn(stepId: string, chatId: number): Promise<number> {
    const written = this.#own({ of: stepId });
    if (written.chatId === chatId) return written.messageId;
    const calls = await this.#stage.telegram.calls();
    const copy = calls.findLast(
      ({ method, params, answer }) =>
        method === "copyMessage" &&
        answer?.status === 200 &&
        params["chat_id"] === chatId &&
        params["from_chat_id"] === written.chatId &&
        params["message_id"] === written.messageId,
    );
    if (copy === undefined) throw new Error(`“${stepId}” was not copied to ${chatId}`);
    return (copy.answer!.body as { result: { message_id: number } }).result.message_id;
  }

  async #replied({ replyTo, replyToText }: Step, chatId: number): Promise<number | null> {
    if (replyTo !== undefined) return this.#standsIn(replyTo, chatId);
    if (replyToText === undefined) return null;
    const messages = await this.#stage.telegram.messages(chatId);
    const found = messages.findLast(({ text, caption }) => (text ?? caption ?? "").includes(replyToText));
    if (found === undefined) throw new Error(`nothing reads “${replyToText}”`);
    return found.message_id;
  }

  async #react({ reactBy, of, old = [], new: after = [] }: Step): Promise<void> {
    const person = reactBy === "customer" ? this.#customer : this.#stage.olga;
    await this.#stage.telegram.inject({
      message_reaction: {
        chat:
          reactBy === "customer"
            ? { id: person.id, type: "private" }
            : { id: person.chatId, type: "supergroup", is_forum: true },
        message_id: await this.#standsIn(of ?? "", person.chatId),
        user: person.profile,
        date: Math.floor(this.#stage.now / 1000),
        old_reaction: old,
        new_reaction: after,
      },
    });
  }

  async #inject(raw: Fields): Promise<void> {
    const thread = JSON.stringify(raw).includes('"$thread"') ? await this.#thread() : 0;
    const values: Record<string, number> = {
      $now: Math.floor(this.#stage.now / 1000),
      $customer: this.#customer.id,
      $thread: thread,
    };
    const text = JSON.stringify(raw, (_, value: unknown) =>
      typeof value === "string" && value in values ? values[value] : value,
    );
    await this.#stage.telegram.inject(JSON.parse(text) as Fields, { remember: true });
  }

  /** The topic that was opened last. */
  async #thread(): Promise<number> {
    const topics = await this.#stage.group.topics();
    if (topics.length === 0) throw new Error("no ticket has a topic yet");
    return Math.max(...topics.map(({ id }) => id));
  }

  /** What is not as it should be; null where all is. */
  async check(expectation: Expectation): Promise<string | null> {
    if (expectation.topicName !== undefined) return this.#checkTopic(expectation);
    if (expectation.ticket !== undefined) return this.#checkTicket(expectation);
    if (expectation.healthz !== undefined) {
      const response = await this.#stage.request("/healthz", {});
      const body = await response.text();
      return new RegExp(expectation.healthz, "s").test(body) ? null : `/healthz says ${body}`;
    }
    return this.#checkCalls(expectation);
  }

  async #checkTopic({ topicName, not }: Expectation): Promise<string | null> {
    const names = (await this.#stage.group.topics()).map(({ name }) => name);
    const fits = names.some(
      (name) => new RegExp(topicName!, "u").test(name) && (not === undefined || !new RegExp(not).test(name)),
    );
    return fits ? null : `the topics are called ${names.map((name) => `“${name}”`).join(", ")}`;
  }

  async #checkTicket({ ticket, agoMin }: Expectation): Promise<string | null> {
    const { items } = await this.#stage.get<{ items: Record<string, unknown>[] }>("/api/v1/tickets");
    const value = items[0]?.[ticket!];
    const at = typeof value === "string" ? Date.parse(value) : NaN;
    return this.#stage.now - at >= agoMin! * 1000 ? null : `${ticket} is ${String(value)}`;
  }

  async #checkCalls({ after, toEnd, ...wanted }: Expectation): Promise<string | null> {
    const begin = this.#begins.findIndex(({ id }) => id === after);
    if (begin < 0) throw new Error(`there is no step “${after}”`);
    const next = this.#begins[begin + 1];
    const calls = await this.#stage.telegram.calls({ afterId: this.#begins[begin].after });
    const made = calls.filter(({ id }) => toEnd === true || next === undefined || id <= next.after);
    const { min = 0, max = Infinity } = wanted;
    const count = made.filter((call) => this.#fits(call, wanted)).length;
    if (count >= min && count <= max) return null;
    const all = made.map(({ method, params, answer }) =>
      [method, answer?.status, JSON.stringify(params)].join(" "),
    );
    return `${count} such calls among\n${all.join("\n")}`;
  }

  #fits(
    { method, params, answer }: LoggedCall,
    { chat, ok, ...wanted }: Expectation | Omit<Expectation, "why">,
  ) {
    const chats = { customer: this.#customer.id, staff: this.#stage.group.id, any: undefined };
    const chatId = typeof chat === "number" ? chat : chats[chat ?? "any"];
    return (
      (chatId === undefined || params["chat_id"] === chatId) &&
      new RegExp(wanted.method ?? "", "u").test(method) &&
      new RegExp(wanted.where ?? "", "u").test(JSON.stringify(params)) &&
      (ok === undefined || (answer?.status === 200) === ok)
    );
  }
}

function settingsOf({ id, is_bot, first_name, last_name, username, language_code, is_premium }: Profile) {
  return {
    ...(id === undefined ? {} : { id }),
    ...(is_bot === undefined ? {} : { isBot: is_bot }),
    ...(first_name === undefined ? {} : { firstName: first_name }),
    ...(last_name === undefined ? {} : { lastName: last_name }),
    ...(username === undefined ? {} : { username }),
    ...(language_code === undefined ? {} : { languageCode: language_code }),
    ...(is_premium === undefined ? {} : { isPremium: is_premium }),
  };
}
