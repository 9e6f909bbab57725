import { signal } from "@preact/signals";
import type { SeenMessage } from "../../telegram/client.ts";
import type { Thread } from "../model/world.ts";

/** Which chat is open, and for whom: a customer's own, or a topic for an agent. */
export interface Place {
  viewer: number;
  chatId: number;
  thread: Thread;
}

export function nameOfPlace({ viewer, chatId, thread }: Place): string {
  return `${viewer}:${chatId}:${thread ?? ""}`;
}

/** What is being written in a place. */
export interface Draft {
  text: string;
  replyTo: SeenMessage | null;
  /** The part of the replied message that is quoted. */
  quote: string | null;
  editing: SeenMessage | null;
}

const EMPTY: Draft = { text: "", replyTo: null, quote: null, editing: null };
const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

export function draftIn(place: Place): Draft {
  return drafts.value.get(nameOfPlace(place)) ?? EMPTY;
}

export function changeDraft(place: Place, change: Partial<Draft>): void {
  const name = nameOfPlace(place);
  drafts.value = new Map(drafts.value).set(name, { ...(drafts.value.get(name) ?? EMPTY), ...change });
}

export function clearDraft(place: Place): void {
  changeDraft(place, EMPTY);
}

export function isDraftEmpty(place: Place): boolean {
  const { text, replyTo, editing } = draftIn(place);
  return text === "" && replyTo === null && editing === null;
}

/** Where a person's act happens: nothing but the person in a private chat, the group and the topic elsewhere. */
export function whereOf({ viewer, chatId, thread }: Place): {
  userId: number;
  chatId?: number;
  threadId?: number;
} {
  if (chatId === viewer) return { userId: viewer };
  return { userId: viewer, chatId, ...(thread === null ? {} : { threadId: thread }) };
}
