import type { Update } from "grammy/types";
import type { Incoming } from "../../channels/channel.ts";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { errorFacts } from "../../domain/error-facts.ts";
import { ECHO_PATIENCE_MS } from "../../domain/limits.ts";
import { inbound, type Arrival } from "../../telegram/inbound.ts";
import type { MarkKey } from "../../telegram/mark.ts";
import type { Inside } from "../commit/inside.ts";
import type { Drain } from "../drain/drain.ts";
import { numberedAnew } from "../new-rules/beginning-anew.ts";
import type { Echoes } from "../reconciliation/echoes.ts";
import { belongingOf, keepEchoes, type Echo } from "../reconciliation/findings.ts";
import type { RulesInForce } from "../rules/in-force.ts";
import type { Rules } from "../rules/rules.ts";
import { begunAnew, epochsOf, numberedArrival } from "../tables/numbering.ts";
import { takeIncoming } from "./by-channel.ts";
import type { Receipt } from "./receipt.ts";
import { customerOf, isForeign, take, takesUsedNumber } from "./take.ts";

const RETRY_AFTER_FULL_S = 60;
const RETRY_AFTER_FAILED_S = 5;

/** What the object lends to the door of its updates. */
export interface Receiving extends Inside {
  readonly inForce: RulesInForce;
  readonly drain: Pick<Drain, "busy" | "mended">;
  readonly markKey: MarkKey;
  echoes(): Echoes;
  /** Whether so much waits that nothing more is taken. */
  isFull(): boolean;
  /** A line for the log, of ids and codes only. */
  warn(event: string, facts: Readonly<Record<string, string | number | boolean>>): void;
}

/** See `TopicGroup.receive`. */
export function receive(on: Receiving, update: Update, configVersion: number, remembered: boolean): Receipt {
  const rules = on.rules();
  if (rules === null || rules.version < configVersion) return { status: "config_needed" };
  try {
    if (on.isFull()) return { status: "full", retryAfterS: RETRY_AFTER_FULL_S };
    const arrived = inbound(update, {
      botId: rules.botId,
      groupChatId: rules.group.chatId,
      markKey: on.markKey,
    });
    if (arrived.kind === "unreadable") return setAside(on, update, arrived.where);
    if (isForeign(arrived) && rules.version > configVersion) return { status: "config_old" };
    if (arrived.kind === "nothing") {
      on.tables.seenUpdates.note(update.update_id, on.now());
      return { status: "ignored" };
    }
    const customer = remembered ? customerOf(arrived) : null;
    if (customer !== null && !isKnown(on, customer)) return { status: "home_needed" };
    const arrival = numbered(on, arrived, rules);
    const status = on.commit((tx) => take(tx, arrival, update.update_id));
    if ("byBot" in arrival && arrival.byBot) heard(on, arrival, update.update_id, status === "accepted");
    if (arrival.kind === "bot_rights" && arrival.canManageTopics) on.drain.mended();
    return { status };
  } catch (error) {
    return failedOn(on, update, error);
  }
}

/** See `TopicGroup.receiveBy`. */
export function receiveBy(
  on: Receiving,
  incoming: Incoming,
  configVersion: number,
  remembered: boolean,
): Receipt {
  const rules = on.rules();
  if (rules === null || rules.version < configVersion) return { status: "config_needed" };
  if (on.isFull()) return { status: "full", retryAfterS: RETRY_AFTER_FULL_S };
  if (remembered && !isKnown(on, incoming.contact.id)) return { status: "home_needed" };
  return { status: on.commit((tx) => takeIncoming(tx, incoming)) };
}

function isKnown({ tables: { contacts, blocked } }: Receiving, customer: ContactId): boolean {
  return contacts.get(customer) !== undefined || blocked.has(customer);
}

/** The arrival with its numbers as they are kept; where they turn out to have begun anew, that is noted first. */
function numbered(on: Receiving, arrived: Arrival, before: Rules): Arrival {
  const arrival = numberedArrival(arrived, before.epochs);
  const where = takesUsedNumber(on.tables.messages, arrival);
  if (where === null) return arrival;
  const epochs = epochsOf(begunAnew(before.epochs, where), before.group.chatId, before.botId);
  on.inForce.change({ ...before, epochs }, () => on.commit((tx) => numberedAnew(tx, where)));
  return numberedArrival(arrived, on.inForce.get()!.epochs);
}

/**
 * A service message about a topic: of what the desk has just done, or is doing at this moment, or of another user's act.
 */
function heard(on: Receiving, arrival: Echo, updateId: number, moved: boolean): void {
  const is = belongingOf(on.tables.tickets, arrival, moved);
  const echoes = on.echoes();
  echoes.heard(arrival.kind, { ...arrival, updateId, is }, on.now());
  if (echoes.waiting.length === 0 || on.drain.busy) return;
  on.commit((tx) => {
    keepEchoes(tx, echoes);
    tx.wake(tx.now + ECHO_PATIENCE_MS);
  });
}

/** Our own code cannot apply an update: Telegram sends it again, and after a few tries it is set aside. */
function failedOn(on: Receiving, update: Update, error: unknown): Receipt {
  on.report(`update ${update.update_id}`, error);
  const { error: name, at } = errorFacts(error);
  const where = [name, ...at.slice(0, 2)].join(" ");
  const fate = on.tables.inbox.failed(`tg:${update.update_id}`, on.now(), where, update);
  return fate === "set_aside"
    ? { status: "set_aside" }
    : { status: "failed", retryAfterS: RETRY_AFTER_FAILED_S };
}

/** What cannot be read today cannot be read in a moment either: Telegram is not asked to bring it again. */
function setAside(on: Receiving, update: Update, where: string): Receipt {
  on.warn("update.unreadable", { updateId: update.update_id, where });
  on.tables.inbox.setAside(`tg:${update.update_id}`, on.now(), `unreadable ${where}`, update);
  return { status: "set_aside" };
}
