import { RpcTarget } from "cloudflare:workers";
import type { Inside } from "../commit/inside.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Drain } from "../drain/drain.ts";
import type { Echoes } from "../reconciliation/echoes.ts";
import type { Rules } from "../rules/rules.ts";

/** What the object lets the subjects of its face do. */
export interface GroupInside extends Inside {
  readonly drain: Drain;
  echoes(): Echoes;
  /** Runs the work once per cause; a repeated cause gets the stored answer. */
  once<T>(cause: string, work: (tx: Transaction) => T, isDone: (answer: T) => boolean): T;
  /** One transaction that needs no rules. */
  store<T>(work: () => T): T;
  /** The same, after which the record is told. */
  tellRecord<T>(work: () => T): T;
  /** Whether so much waits that nothing more is taken. */
  isFull(): boolean;
  /** Forgets what is too old to matter. */
  purge(): void;
}

/** One subject of the object's face. What callers must not reach are own properties: every method of a class is theirs. */
export abstract class GroupRpc extends RpcTarget {
  protected readonly inside: GroupInside;
  /** What is answered by the rules in force; `empty` before there are any. */
  protected readonly byRules: <T>(empty: T, answer: (rules: Rules) => T) => T;

  constructor(inside: GroupInside) {
    super();
    this.inside = inside;
    this.byRules = (empty, answer) => {
      const rules = inside.rules();
      return rules === null ? empty : answer(rules);
    };
  }
}
