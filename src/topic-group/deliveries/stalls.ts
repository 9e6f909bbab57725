import { chatRoute, contactAt } from "../../domain/contact/route.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import { type Transaction } from "../commit/transaction.ts";
import { FACTS, type Facts } from "../tables/facts.ts";
import { isRouteLane, laneOfRow, laneTo, routeOfLane, STAFF, storedLane, type Lane } from "../tables/lane.ts";
import type { Stall, StallCause } from "../tables/shapes.ts";

export interface LaneStall extends Stall {
  lane: Lane;
}

/** What waits for Telegram's answer is one thing, however many private chats it is about. */
const PRIVATE: Lane = "to:telegram:*";

/** Notes that a lane cannot work, and tells the leads in private, once for each time. */
export function noteStall(tx: Transaction, lane: Lane, stall: Stall): void {
  const stalls = allOf(tx.facts);
  const key = keyOf(lane, stall.why);
  const known = stalls[key];
  const since = known?.since ?? stall.since;
  if (known !== undefined && (known.until ?? 0) >= (stall.until ?? 0)) return;
  tx.facts.set(FACTS.stalls, { ...stalls, [key]: { ...stall, since } });
  if (stall.until !== null) tx.wake(stall.until);
  // A wait that grows by little is the same one.
  if (known !== undefined && (stall.until ?? 0) - (known.until ?? 0) < MORE_WORTH_TELLING_MS) return;
  if (stall.everywhere === true) return;
  if (stall.why === "no_answer" && Object.values(stalls).some(({ why }) => why === "no_answer")) return;
  tell(tx, toldAs(key, stall.why), notice("laneStalled", stalledWords(tx, key), { ...stall, since }));
}

const MORE_WORTH_TELLING_MS = 5 * 60_000;

/**
 * A lane has worked: its silence is over. A wait that Telegram has asked for is not: of the calls that were under way together
 * with the one that was refused some may have gone through.
 */
export function endSilence(tx: Transaction, lane: Lane): void {
  const key = keyOf(lane, "no_answer");
  if (allOf(tx.facts)[key]?.until === null) end(tx, [key]);
}

/** Ends the waits that Telegram has asked for and that are over. */
export function endStalls(tx: Transaction): void {
  end(
    tx,
    Object.entries(allOf(tx.facts)).flatMap(([key, { until }]) =>
      until !== null && until <= tx.now ? [key] : [],
    ),
  );
}

/** When the next of them ends, in ms since 1970; null: none does by itself. */
export function nextStallEndAt(facts: Facts): number | null {
  const ends = Object.values(allOf(facts)).flatMap(({ until }) => (until === null ? [] : [until]));
  return ends.length === 0 ? null : Math.min(...ends);
}

export function stallsOf(facts: Facts): LaneStall[] {
  return Object.entries(allOf(facts)).map(([key, stall]) => ({ lane: laneOf(key), ...stall }));
}

function end(tx: Transaction, keys: readonly string[]): void {
  if (keys.length === 0) return;
  const before = allOf(tx.facts);
  const left = Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key)));
  if (Object.keys(left).length === 0) tx.facts.delete(FACTS.stalls);
  else tx.facts.set(FACTS.stalls, left);
  const silent = Object.values(left).some(({ why }) => why === "no_answer");
  for (const key of keys) {
    const { why, since } = before[key]!;
    if (why === "no_answer" && silent) continue;
    const again = notice("laneWorksAgain", stalledWords(tx, key), { why, since, until: tx.now });
    tell(tx, toldAs(key, why), again);
  }
}

/** Where the former word has not left yet, this one takes its place. */
function tell(tx: Transaction, key: string, text: Notice): void {
  for (const { id } of tx.rules.policy.roster.leads) {
    tx.work({
      lane: laneTo(chatRoute(id)),
      ticket: 0,
      work: { kind: "direct", chatId: id, words: { says: text } },
      key: `stall:${key}:${id}`,
    });
  }
}

/** What people call the lane: a group, or the customer of a private chat. */
function stalledWords(tx: Transaction, key: string): { group: string } | { person: string } | null {
  const lane = laneOf(key);
  if (lane === STAFF) return { group: tx.rules.group.id };
  if (!isRouteLane(lane) || lane === PRIVATE) return null;
  const route = routeOfLane(lane);
  const agent = tx.rules.config.agents.find(({ telegramId }) => String(telegramId) === route.address);
  const contact = contactAt(route);
  const known = contact === null ? undefined : tx.contacts.get(contact);
  return { person: known?.contact.name ?? agent?.name ?? route.address };
}

/** Silence is told once, however many lanes have met it. */
function toldAs(key: string, why: StallCause): string {
  return why === "no_answer" ? why : key;
}

function keyOf(lane: Lane, why: StallCause): string {
  if (why === "topic_flood_wait") return `topics:${storedLane(lane)}`;
  return storedLane(why === "no_answer" && lane !== STAFF ? PRIVATE : lane);
}

function laneOf(key: string): Lane {
  return laneOfRow(key.startsWith("topics:") ? key.slice("topics:".length) : key);
}

function allOf(facts: Facts): Record<string, Stall> {
  return (facts.get(FACTS.stalls) as Record<string, Stall> | undefined) ?? {};
}
