import { computed, effect, signal } from "@preact/signals";
import type { SeenMessage } from "../../telegram/client.ts";
import { serviceWords } from "../chat/words.ts";
import { facts, playing } from "./sandbox.ts";
import { chatMirror, isLoaded, messagesOf, people, threadOf, type Thread } from "./world.ts";

/* What the person at the page looks at, and as whom. */

/** The chosen customer, whom the page may not have got news of yet. */
const chosenCustomer = signal(remembered<number | null>("customer", null));
/** The staff group that is open, by its configuration's id. */
export const groupId = signal(remembered("group", ""));
/** The agent who holds the mouse on the right. */
export const agent = signal(remembered("agent", 0));
/** The open topic, or the agent's own chat; undefined shows the list alone, where there is room for one only. */
export const thread = signal(remembered<Thread | "own" | undefined>("thread", undefined));
/** The side that a narrow window shows. */
export const side = signal<"customers" | "staff">("customers");
export const isDrawerOpen = signal(remembered("drawer", false));
export const drawerTab = signal(remembered<DrawerTab>("tab", "ticket"));

export type DrawerTab = "scenarios" | "ticket" | "outbox" | "calls" | "systems" | "updates" | "faults";

export const group = computed(() => {
  const all = facts.value?.groups ?? [];
  return all.find(({ id }) => id === groupId.value) ?? all[0] ?? null;
});

/** People who are neither agents nor owners of a staff group. */
export const customers = computed(() => {
  const { agents = [], groups = [] } = facts.value ?? {};
  const owners = groups.flatMap(({ chatId }) =>
    [...(chatMirror(chatId)?.members ?? [])].filter(([, { status }]) => status === "creator"),
  );
  const staff = new Set([...agents.map(({ id }) => id), ...owners.map(([id]) => id)]);
  return [...people().values()].filter(({ profile }) => !staff.has(profile.id) && !profile.is_bot);
});

/** The customer whose phone is in front. */
export const customer = computed(() => {
  const ids = customers.value.map(({ profile }) => profile.id);
  return ids.find((id) => id === chosenCustomer.value) ?? ids[0] ?? null;
});

export function showPhoneOf(id: number): void {
  chosenCustomer.value = id;
}

effect(() => {
  if (!isLoaded.value || facts.value === null) return;
  const { agents } = facts.value;
  if (!people().has(agent.value)) agent.value = agents[1]?.id ?? agents[0]?.id ?? 0;
});

/** A window used for the first time opens the chat with the latest message; a narrow one shows the list of topics. */
const isNewWindow = chosenCustomer.value === null && thread.value === undefined && groupId.value === "";
const hasRoom = window.matchMedia("(min-width: 861px)").matches;
let hasLooked = !isNewWindow;
effect(() => {
  if (hasLooked || !isLoaded.value || group.value === null) return;
  hasLooked = true;
  const { chatId } = group.value;
  const [phone] = latestFirst(customers.value, ({ profile: { id } }) => messagesOf(id, null, id));
  if (phone !== undefined) chosenCustomer.value ??= phone.profile.id;
  const topics = [...(chatMirror(chatId)?.topics.keys() ?? [])];
  const [topic] = latestFirst(topics, (id) => messagesOf(chatId, id, agent.value));
  if (hasRoom && topic !== undefined) thread.value ??= topic;
});

/** Those where something was said, the latest first. */
function latestFirst<T>(all: readonly T[], saidIn: (one: T) => readonly SeenMessage[]): T[] {
  return all
    .map((one) => ({ one, last: saidIn(one).at(-1)?.date ?? null }))
    .filter(({ last }) => last !== null)
    .sort((one, other) => other.last! - one.last!)
    .map(({ one }) => one);
}

for (const [key, kept] of Object.entries({
  customer: chosenCustomer,
  group: groupId,
  agent,
  thread,
  drawer: isDrawerOpen,
  tab: drawerTab,
})) {
  effect(() => remember(key, kept.value));
}
// A topic that is deleted is not open any more.
effect(() => {
  const mirror = group.value === null ? undefined : chatMirror(group.value.chatId);
  const open = thread.value;
  if (mirror !== undefined && typeof open === "number" && !mirror.topics.has(open)) thread.value = undefined;
});

/**
 * While a scenario plays, the page looks where something happens. The news that it ended may come before the last of
 * what was written in it: they are two feeds.
 */
export function follow(chatId: number, message: SeenMessage): void {
  if (playing.value === null) return;
  const { endedAt } = playing.value;
  if (endedAt !== null && message.date * 1_000 > endedAt) return;
  const at = threadOf(message);
  if (facts.value?.agents.some(({ id }) => id === chatId)) return;
  if (chatId > 0) showPhoneOf(chatId);
  else if (chatId === group.value?.chatId && at !== null) thread.value = at;
}

// ── What was read ───────────────────────────────────────────────────────────────────────────────────────────

const read = signal(remembered<Readonly<Record<string, number>>>("read", {}));
effect(() => remember("read", read.value));

/** A world that starts over counts its messages anew. */
export function forgetRead(): void {
  read.value = {};
}

function placeOf(viewer: number, chatId: number, at: Thread): string {
  return `${viewer}:${chatId}:${at ?? 0}`;
}

export function unreadCount(viewer: number, chatId: number, at: Thread): number {
  const last = read.value[placeOf(viewer, chatId, at)] ?? 0;
  return messagesOf(chatId, at, viewer).filter(
    (message) => message.message_id > last && message.from?.id !== viewer && serviceWords(message) === null,
  ).length;
}

export function markRead(viewer: number, chatId: number, at: Thread, upTo: number): void {
  const place = placeOf(viewer, chatId, at);
  if ((read.value[place] ?? 0) < upTo) read.value = { ...read.value, [place]: upTo };
}

/** What this window knew before it was loaded anew. */
function remembered<T>(key: string, otherwise: T): T {
  const kept = sessionStorage.getItem(key);
  return kept === null ? otherwise : (JSON.parse(kept) as T);
}

function remember(key: string, value: unknown): void {
  if (value === undefined) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, JSON.stringify(value));
}
