import { computed, effect, signal } from "@preact/signals";
import { serviceWords } from "../chat/words.ts";
import { facts, playing } from "./sandbox.ts";
import { chatMirror, messagesOf, people, type Thread } from "./world.ts";

/* What the person at the page looks at, and as whom. */

/** The customer whose phone is in front. */
export const customer = signal<number | null>(null);
/** The staff group that is open, by its configuration's id. */
export const groupId = signal("");
/** The agent who holds the mouse on the right. */
export const agent = signal<number>(0);
/** The open topic; undefined shows the list of topics alone, where there is room for one only. */
export const thread = signal<Thread | undefined>(undefined);
/** The side that a narrow window shows. */
export const side = signal<"customers" | "staff">("customers");
export const isDrawerOpen = signal(remembered("drawer") === "open");
export const drawerTab = signal<DrawerTab>("ticket");

export type DrawerTab = "scenarios" | "ticket" | "outbox" | "calls" | "webhooks" | "updates" | "faults";

export const group = computed(() => {
  const all = facts.value?.groups ?? [];
  return all.find(({ id }) => id === groupId.value) ?? all[0] ?? null;
});

/** Whoever is neither an agent nor the owner of the groups. */
export const customers = computed(() => {
  const agents = new Set((facts.value?.agents ?? []).map(({ id }) => id));
  return [...people().values()].filter(
    ({ profile }) => !agents.has(profile.id) && !profile.is_bot && profile.id !== 1_000_000_001,
  );
});

effect(() => {
  if (!customers.value.some(({ profile }) => profile.id === customer.value)) {
    customer.value = customers.value[0]?.profile.id ?? null;
  }
});
effect(() => {
  const agents = facts.value?.agents ?? [];
  if (!agents.some(({ id }) => id === agent.value)) agent.value = agents[1]?.id ?? agents[0]?.id ?? 0;
});
effect(() => remember("drawer", isDrawerOpen.value ? "open" : "closed"));
// A topic that is deleted is not open any more.
effect(() => {
  const mirror = group.value === null ? undefined : chatMirror(group.value.chatId);
  const open = thread.value;
  if (mirror !== undefined && typeof open === "number" && !mirror.topics.has(open)) thread.value = undefined;
});

/** While a scenario plays, the page looks where something happens. */
export function follow(chatId: number, at: Thread): void {
  if (playing.value?.state !== "playing") return;
  if (chatId > 0) customer.value = chatId;
  else if (chatId === group.value?.chatId && at !== null) thread.value = at;
}

// ── What was read ───────────────────────────────────────────────────────────────────────────────────────────

const read = signal<Readonly<Record<string, number>>>(
  JSON.parse(remembered("read") ?? "{}") as Record<string, number>,
);
effect(() => remember("read", JSON.stringify(read.value)));

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

function remembered(key: string): string | null {
  return sessionStorage.getItem(key);
}

function remember(key: string, value: string): void {
  sessionStorage.setItem(key, value);
}
