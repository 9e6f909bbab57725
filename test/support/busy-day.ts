import { ConfigDocument, type Config } from "../../src/domain/config/config.ts";
import type { Presence } from "../../src/domain/team/presence.ts";
import { UNKNOWN_TO_CRM } from "../../src/sandbox/scenarios/crm.ts";
import type { Customer, Group, Member } from "../../src/sandbox/telegram/client.ts";
import { allTickets, DeskHistory, type ApiTicket } from "./desk-history.ts";
import { VIP_CHAT } from "./desks.ts";
import type { Dice } from "./dice.ts";
import { LEAD, PAYLOADS, randomise, type RandomDeskOptions } from "./random-desk.ts";
import { Stage } from "./stage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** The office opens on Monday at nine in Berlin. */
const MONDAY = Date.parse("2026-11-23T08:00:00Z");

export interface Newcomer {
  customer: Customer;
  payload: string;
  /** What another system says of them; null where none is asked. */
  known: { tier: string | null; preferredAgent: number | null } | null;
}

/** A random desk and random traffic, one thing an instant: what is under way has come to rest before the next. */
export class BusyDay {
  readonly stage: Stage;
  readonly config: Config;
  /** Instants at which everything had come to rest. */
  readonly rests: number[] = [];
  readonly #dice: Dice;
  readonly #groups: ReadonlyMap<string, Group>;
  readonly #members = new Map<string, Member>();
  readonly #customers: Customer[] = [];
  readonly #said = new Map<number, { at: number; presence: Presence }[]>();
  readonly #options: RandomDeskOptions;

  private constructor(
    stage: Stage,
    groups: ReadonlyMap<string, Group>,
    dice: Dice,
    options: RandomDeskOptions,
  ) {
    this.stage = stage;
    this.config = ConfigDocument.parse(stage.config);
    this.#groups = groups;
    this.#dice = dice;
    this.#options = options;
  }

  static async open(dice: Dice, options: RandomDeskOptions): Promise<BusyDay> {
    const stage = await Stage.open({
      asksCrm: options.tiers,
      config: (desk) => randomise(desk, dice, options),
    });
    const vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
    const day = new BusyDay(
      stage,
      new Map([
        ["main", stage.group],
        ["vip", vip],
      ]),
      dice,
      options,
    );
    await (await stage.telegram.customer({ id: LEAD, firstName: "Lena" })).start();
    await day.#rest();
    return day;
  }

  /** Something happens, and then time goes on. */
  async step(): Promise<void> {
    const dice = this.#dice;
    const all = await allTickets(this.stage);
    const taken = all.filter(({ assignee, status }) => assignee !== null && isOpen(status));
    const waiting = all.filter(({ assignee, status }) => assignee === null && isOpen(status));
    const roll = dice.roll();
    if (roll < 0.35) await this.arrive(dice.between(1, 4));
    else if (roll < 0.4 && this.#customers.length > 0) await this.#oneOf(this.#customers).write("And now?");
    else if (roll < 0.65 && taken.length > 0) {
      await this.#byAssignee(this.#oneOf(taken), dice.oneOf(["/resolve", "/resolve", "Hello", "/decline"]));
    } else if (roll < 0.75 && waiting.length > 0) {
      const { group, topicId } = this.#oneOf(waiting);
      const lead = await this.#member(group, LEAD);
      await lead.write(topicId, `/priority ${dice.oneOf(["urgent", "high", "low"])}`);
    } else {
      const { telegramId } = this.#oneOf(this.config.agents.slice(1));
      await this.#says(telegramId, dice.oneOf(["online", "online", "away", "away 10m", "offline"]));
    }
    await this.#rest();
    await this.#pass(dice.oneOf([SECOND, 20 * SECOND, MINUTE, 3 * MINUTE, 7 * MINUTE]));
  }

  /** Customers write at once, each by a link of their own. */
  async arrive(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const { customer } = await this.newcomer();
      await customer.write("Help");
    }
  }

  /** A customer who came by a link, and is about to write. */
  async newcomer(): Promise<Newcomer> {
    const customer = await this.stage.customer();
    const payload = this.#dice.oneOf(PAYLOADS);
    this.#customers.push(customer);
    await customer.start(payload);
    if (!this.#options.tiers) return { customer, payload, known: null };
    const tier = this.#dice.oneOf(["premium", "basic", null]);
    const preferredAgent = this.#dice.roll() < 0.3 ? this.#oneOf(this.config.agents).telegramId : null;
    await this.stage.crm.says(customer.id, { ...UNKNOWN_TO_CRM, tier, preferredAgent });
    return { customer, payload, known: { tier, preferredAgent } };
  }

  /** Every agent is online, and answers and resolves their tickets until none is given out any more. */
  async end(): Promise<void> {
    // An alarm that rings late finds all of it at once.
    await this.stage.moveTo(Math.max(this.stage.now, MONDAY));
    await this.#rest();
    await this.#pass(SECOND);
    for (let rounds = 0; rounds < 100; rounds += 1) {
      for (const { telegramId } of this.config.agents.slice(1)) {
        await this.#says(telegramId, "online");
        await this.#rest();
        await this.#pass(SECOND);
      }
      const all = await allTickets(this.stage);
      const taken = all.filter(({ assignee, status }) => assignee !== null && isOpen(status));
      for (const ticket of taken) await this.#byAssignee(ticket, "/resolve");
      await this.#rest();
      await this.#pass(7 * MINUTE);
      if (taken.length === 0 && rounds > 3) return;
    }
    throw new Error("it never ends");
  }

  history(): Promise<DeskHistory> {
    return DeskHistory.read(this.stage, this.config, this.#said);
  }

  async #says(agent: number, what: string): Promise<void> {
    const { groups } = this.config.agents.find(({ telegramId }) => telegramId === agent)!;
    const member = await this.#member(this.#dice.oneOf(groups as [string]), agent);
    await member.write(null, `/${what}`);
    const availability = what.split(" ")[0] as Presence["availability"];
    const until = what.endsWith("10m") ? this.stage.now + 10 * MINUTE : null;
    const said = this.#said.get(agent) ?? [];
    this.#said.set(agent, [...said, { at: this.stage.now, presence: { availability, until } }]);
  }

  async #byAssignee({ group, assignee, topicId }: ApiTicket, line: string): Promise<void> {
    await (await this.#member(group, assignee!.id)).write(topicId, line);
  }

  async #member(group: string, id: number): Promise<Member> {
    const key = `${group}:${id}`;
    const known = this.#members.get(key);
    if (known !== undefined) return known;
    const { name } = this.config.agents.find(({ telegramId }) => telegramId === id)!;
    const member = await this.#groups.get(group)!.member({ id, firstName: name });
    this.#members.set(key, member);
    return member;
  }

  async #rest(): Promise<void> {
    await this.stage.settleNow();
    this.rests.push(this.stage.now);
  }

  async #pass(ms: number): Promise<void> {
    await this.stage.pass(ms);
    this.rests.push(this.stage.now);
  }

  #oneOf<T>(list: readonly T[]): T {
    return list[this.#dice.between(0, list.length - 1)];
  }
}

function isOpen(status: string): boolean {
  return status !== "resolved" && status !== "closed";
}
