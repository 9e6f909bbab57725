import type { Trouble } from "../../domain/desk/trouble.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { FACTS } from "../tables/facts.ts";

/** Notes what keeps the staff group's lane from working, and tells the leads in private, once. */
export function noteTrouble(tx: Transaction, trouble: Trouble): void {
  if (tx.facts.get(FACTS.trouble) === trouble) return;
  tx.facts.set(FACTS.trouble, trouble);
  // With the token refused no message can be sent; /healthz shows it.
  if (trouble === "bot.token_refused") return;
  for (const { id } of tx.rules.policy.roster.leads) {
    tx.direct(id, notice("troubleNotice", trouble, tx.rules.group.id));
  }
}

/** A right or setting has changed, so that calls may work again; whether the group has topics again is asked first. */
export function perhapsMended(tx: Transaction): void {
  if (tx.facts.get(FACTS.trouble) !== "group.not_a_forum") clearTrouble(tx);
}

/** It works again. */
export function clearTrouble(tx: Transaction): void {
  if (tx.facts.get(FACTS.trouble) !== undefined) tx.facts.delete(FACTS.trouble);
}
