import type { FaultSettings } from "../../../src/sandbox/telegram/state.ts";
import type { D1Fate } from "../runtime/d1.ts";
import type { Dice } from "../runtime/dice.ts";
import type { ObjectHost } from "../runtime/objects.ts";
import {
  usualCallFate,
  usualUpdateFate,
  type BotCallMade,
  type CallFate,
  type UpdateFate,
} from "../runtime/telegram.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What goes wrong for a while. Everything that it leaves out is as usual. */
interface Spell {
  /** How often, against the others, and for how long, in ms. */
  weight: number;
  lastsMs: readonly [number, number];
  call?: (dice: Dice, call: BotCallMade) => Partial<CallFate> | null;
  update?: (dice: Dice) => Partial<UpdateFate> | null;
  d1?: (dice: Dice) => Partial<D1Fate> | null;
  alarm?: (dice: Dice) => { lateMs: number; twice: boolean } | null;
  /** Whether the plug is pulled at this step. */
  unplugs?: (dice: Dice, step: string) => boolean;
  /** What systems of others answer: a status, or nothing. */
  others?: (dice: Dice) => number | "refused" | "hang" | null;
  /** By how much the clock of an object is wrong. */
  skewMs?: (dice: Dice) => number;
  isApart?: (dice: Dice) => boolean;
  /** Objects are evicted and isolates forgotten, one now and then. */
  forgets?: boolean;
  /** Everything begins anew at once, in the middle of whatever is under way. */
  deploys?: boolean;
}

function struck(probability: number, faults: (dice: Dice) => FaultSettings) {
  return (dice: Dice) => (dice.chance(probability) ? { fault: faults(dice) } : null);
}

const LOST: FaultSettings[] = [
  { effect: "answer_lost" },
  { effect: "request_lost" },
  { effect: "bad_gateway", deed: true },
  { effect: "bad_gateway" },
  { effect: "server_error", deed: true },
  { effect: "server_error" },
];

/** A statement fails within a transaction, and the platform starts the object anew. */
const IN_STORAGE = "in a statement";

/** Spells of bad weather, by what goes wrong in them. */
export const SPELLS = {
  "answers of Telegram get lost": {
    weight: 4,
    lastsMs: [20 * SECOND, 10 * MINUTE],
    call: struck(0.15, (dice) => dice.pick(LOST)),
  },
  "Telegram is slow": {
    weight: 2,
    lastsMs: [10 * SECOND, 5 * MINUTE],
    call: (dice) => ({ answerMs: dice.longTailed(1_500, 30_000) }),
  },
  "Telegram hangs": {
    weight: 1,
    lastsMs: [10 * SECOND, 2 * MINUTE],
    call: struck(0.1, (dice) => ({ effect: "hang", deed: dice.chance(0.5) })),
  },
  "Telegram refuses connections": {
    weight: 2.5,
    lastsMs: [5 * SECOND, 20 * MINUTE],
    call: struck(1, () => ({ effect: "request_lost" })),
  },
  "answers of Telegram are cut off": {
    weight: 1,
    lastsMs: [10 * SECOND, 3 * MINUTE],
    call: (dice) => (dice.chance(0.1) ? { garbled: true } : null),
  },
  "Telegram says 429 for seconds": {
    weight: 3,
    lastsMs: [10 * SECOND, 5 * MINUTE],
    call: struck(0.1, (dice) => ({ effect: "flood", retryAfter: dice.whole(1, 40) })),
  },
  "Telegram says 429 for minutes": {
    weight: 2,
    lastsMs: [MINUTE, 5 * MINUTE],
    call: struck(0.03, (dice) => ({ effect: "flood", retryAfter: dice.whole(60, 900) })),
  },
  "Telegram says 429 for hours": {
    weight: 1.5,
    lastsMs: [MINUTE, 3 * MINUTE],
    call: struck(0.02, (dice) => ({ effect: "flood", retryAfter: dice.whole(3_600, 20_000) })),
  },
  "a proxy says 429": {
    weight: 0.5,
    lastsMs: [10 * SECOND, 2 * MINUTE],
    call: struck(0.05, (dice) => ({ effect: "proxy_flood", retryAfter: dice.whole(1, 60) })),
  },
  "Telegram refuses for once": {
    weight: 1,
    lastsMs: [10 * SECOND, 3 * MINUTE],
    call: struck(0.03, (dice) => ({
      effect: "refuse",
      code: 400,
      description: dice.pick([
        "Bad Request: message to be replied not found",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: something that nobody knows",
      ]),
    })),
  },
  "Telegram fails with some messages": {
    weight: 1.5,
    lastsMs: [10 * MINUTE, 30 * MINUTE],
    call: (_, { params }) =>
      Number(params["message_id"]) % 7 === 3 ? { fault: { effect: "server_error" } } : null,
  },
  "Telegram is away while isolates come and go": {
    weight: 1,
    lastsMs: [5 * MINUTE, 20 * MINUTE],
    call: struck(1, () => ({ effect: "request_lost" })),
    forgets: true,
  },
  "updates come late": {
    weight: 3,
    lastsMs: [20 * SECOND, 5 * MINUTE],
    update: (dice) => ({ travelMs: dice.longTailed(3_000, 60_000) }),
  },
  "updates come twice": {
    weight: 3,
    lastsMs: [MINUTE, 20 * MINUTE],
    update: (dice) => {
      if (dice.chance(0.2)) return { answerLost: true };
      return dice.chance(0.25) ? { againAfterMs: dice.longTailed(2_000, 10 * MINUTE) } : null;
    },
  },
  "the plug is pulled": {
    weight: 6,
    lastsMs: [MINUTE, 15 * MINUTE],
    unplugs: (dice, step) => step !== IN_STORAGE && dice.chance(0.01),
  },
  "the plug is pulled all the time": {
    weight: 1,
    lastsMs: [10 * SECOND, MINUTE],
    unplugs: (dice, step) => step !== IN_STORAGE && dice.chance(0.12),
  },
  "the storage fails": {
    weight: 1.5,
    lastsMs: [30 * SECOND, 5 * MINUTE],
    unplugs: (dice, step) => step === IN_STORAGE && dice.chance(0.002),
  },
  "D1 is away": {
    weight: 2,
    lastsMs: [10 * SECOND, 20 * MINUTE],
    d1: (dice) => ({ fails: dice.pick(["before", "after"] as const) }),
  },
  "D1 fails now and then": {
    weight: 2,
    lastsMs: [MINUTE, 10 * MINUTE],
    d1: (dice) => (dice.chance(0.1) ? { fails: dice.pick(["before", "after"] as const) } : null),
  },
  "D1 is slow": {
    weight: 2,
    lastsMs: [20 * SECOND, 5 * MINUTE],
    d1: (dice) => ({ askMs: dice.longTailed(400, 20_000), answerMs: dice.longTailed(400, 20_000) }),
  },
  "alarms ring late or twice": {
    weight: 2,
    lastsMs: [MINUTE, 20 * MINUTE],
    alarm: (dice) => ({
      lateMs: dice.chance(0.3) ? dice.longTailed(5_000, 120_000) : 0,
      twice: dice.chance(0.2),
    }),
  },
  "the desk is deployed anew": { weight: 1, lastsMs: [SECOND, SECOND], deploys: true },
  "clocks are wrong": {
    weight: 1,
    lastsMs: [10 * SECOND, 5 * MINUTE],
    skewMs: (dice) => Math.round(dice.between(-3_000, 3_000)),
  },
  "other systems fail": {
    weight: 2,
    lastsMs: [MINUTE, HOUR],
    others: (dice) => (dice.chance(0.5) ? dice.pick([500, 503, 429, 404, "refused", "hang"] as const) : null),
  },
  "groups are apart": {
    weight: 1.5,
    lastsMs: [10 * SECOND, 5 * MINUTE],
    isApart: (dice) => dice.chance(0.7),
  },
  "the record is brought back to an older day": {
    weight: 1.5,
    lastsMs: [MINUTE, 2 * MINUTE],
  },
  "isolates come and go": { weight: 2, lastsMs: [MINUTE, 10 * MINUTE], forgets: true },
} satisfies Record<string, Spell>;

export type SpellName = keyof typeof SPELLS;

export const SPELL_WEIGHTS = Object.fromEntries(
  Object.entries(SPELLS).map(([name, { weight }]) => [name, weight]),
) as Record<SpellName, number>;

interface Current {
  spell: Spell;
  name: SpellName;
  dice: Dice;
  skewMs: Map<string, number>;
}

/** What goes wrong now. */
export class Weather {
  readonly struck = new Map<string, number>();
  readonly #usual: Dice;
  readonly #current = new Set<Current>();

  constructor(usual: Dice) {
    this.#usual = usual;
  }

  begin(name: SpellName, dice: Dice): () => void {
    const current: Current = { spell: SPELLS[name], name, dice, skewMs: new Map() };
    this.#current.add(current);
    return () => this.#current.delete(current);
  }

  calm(): void {
    this.#current.clear();
  }

  get isBad(): boolean {
    return this.#current.size > 0;
  }

  get isForgetful(): boolean {
    return [...this.#current].some(({ spell }) => spell.forgets === true);
  }

  callFate(call: BotCallMade): CallFate {
    const fate = usualCallFate(this.#usual);
    for (const one of this.#current) this.#strike(fate, one, one.spell.call?.(one.dice, call));
    return fate;
  }

  updateFate(): UpdateFate {
    const fate = usualUpdateFate(this.#usual);
    for (const one of this.#current) this.#strike(fate, one, one.spell.update?.(one.dice));
    return fate;
  }

  d1Fate(): D1Fate {
    const fate: D1Fate = {
      askMs: this.#usual.between(0.5, 6),
      answerMs: this.#usual.between(0.5, 6),
      fails: null,
    };
    for (const one of this.#current) this.#strike(fate, one, one.spell.d1?.(one.dice));
    return fate;
  }

  alarmFate(): { lateMs: number; twice: boolean } {
    const fate = { lateMs: 0, twice: false };
    for (const one of this.#current) this.#strike(fate, one, one.spell.alarm?.(one.dice));
    return fate;
  }

  /** Pulls the plug where it is to be pulled at this step; answers whether it was. */
  unplugs(step: string, object: ObjectHost): boolean {
    for (const one of this.#current) {
      if (one.spell.unplugs?.(one.dice, step) !== true) continue;
      this.#count(`the plug was pulled ${step.replace(/ [a-z]+[A-Z]\w*/, " a call")}`);
      object.unplug();
      return true;
    }
    return false;
  }

  others(): number | "refused" | "hang" | null {
    for (const one of this.#current) {
      const answer = one.spell.others?.(one.dice) ?? null;
      if (answer !== null) return answer;
    }
    return null;
  }

  clockIsAheadBy(group: string): number {
    let skew = 0;
    for (const { spell, dice, skewMs } of this.#current) {
      if (spell.skewMs === undefined) continue;
      if (!skewMs.has(group)) skewMs.set(group, spell.skewMs(dice));
      skew += skewMs.get(group)!;
    }
    return skew;
  }

  isApart(): boolean {
    return [...this.#current].some(({ spell, dice }) => spell.isApart?.(dice) === true);
  }

  #strike<T extends object>(fate: T, { name }: Current, change: Partial<T> | null | undefined): void {
    if (change === null || change === undefined) return;
    Object.assign(fate, change);
    this.#count(name);
  }

  #count(what: string): void {
    this.struck.set(what, (this.struck.get(what) ?? 0) + 1);
  }
}
