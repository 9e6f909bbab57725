import type { LinkPreviewOptions, MessageEntity } from "grammy/types";
import type { Message } from "../../channels/message.ts";
import type { Profile, Unfit } from "../../domain/routing/profile.ts";
import type { MessageKind } from "../../domain/ticket/message-kind.ts";
import type { LiveLocation, Quote, ReplaceableMedia } from "../../telegram/message.ts";
import type { Language } from "../../texts/languages.ts";
import type { Notice } from "../../texts/notice.ts";
import type { Conversation, Lane } from "./lane.ts";

/* The JSON shapes inside the object's tables. */

/** What a topic shows of its ticket, as far as Telegram has confirmed; `null` is not known. */
export interface TopicView {
  name: string | null;
  /** Custom emoji id of the icon. */
  icon: string | null;
  closed: boolean | null;
  /** The card's message id, and what it says: text and buttons in one string. */
  cardId: number | null;
  card: string | null;
  /** When createForumTopic was called without an answer yet, in ms since 1970. */
  creatingSince: number | null;
}

export const NEW_VIEW: TopicView = {
  name: null,
  icon: null,
  closed: null,
  cardId: null,
  card: null,
  creatingSince: null,
};

/** What must be kept of a message while it waits. Telegram holds the rest, and all of it once it is delivered. */
export interface WaitingContent {
  /** All of it, where it leaves by a channel that Telegram cannot copy it to, or came by one. */
  message?: Message;
  /** Kept under pressure only, so that consecutive texts can be joined. */
  text?: { text: string; entities: MessageEntity[] };
  quote?: Quote;
  /** It is forwarded, so that Telegram shows whose words they were: their name. */
  forwarded?: string;
  /** What kind of message it is, where it is held back and must be told of later. */
  kind?: MessageKind;
  /** A live location is sent as one of the bot's own, because a copy would stand still. */
  live?: LiveLocation;
}

/**
 * Parameters of sendMessage, without the chat and the topic, for words that a person said; earlier releases stored the
 * desk's own texts like this as well.
 */
export interface Words {
  text: string;
  entities?: MessageEntity[];
  reply_markup?: { inline_keyboard: unknown[][] };
  reply_parameters?: { message_id: number; allow_sending_without_reply: true };
  link_preview_options?: { is_disabled: true };
  /** The topic of a private chat in which they are an answer. */
  message_thread_id?: number;
}

/** What the desk says itself: it is put into words when it leaves. */
export interface Said extends Omit<Words, "text" | "entities" | "link_preview_options"> {
  says: Notice;
  /** As a line of the desk's own among what people wrote. */
  line?: true;
  button?: { says: keyof Language["BUTTONS"]; data: string };
}

/** A relayed message by its original: `chat` is 0 for the staff group. */
export interface OriginalKey {
  chat: Conversation;
  messageId: number;
}

/** A message to be relayed, as it is accepted. */
export interface NewMessage extends OriginalKey {
  seq: number;
  ticket: number;
  lane: Lane;
  album: string | null;
  replyTo: number | null;
  writer: number;
  sentAt: number;
  acceptedAt: number;
  content: WaitingContent | null;
  /** Its mark (`telegram/mark.ts`); from an earlier release the id of its file alone. */
  file: string | null;
  /** The topic of the private chat in which it was written; left out by an earlier release. */
  thread?: number | null;
  notBefore: number | null;
  updateId: number;
}

export type MirrorEdit =
  | { what: "text"; text: string; entities: MessageEntity[]; preview?: LinkPreviewOptions }
  | { what: "caption"; text: string; entities: MessageEntity[]; above?: boolean }
  | { what: "media"; media: ReplaceableMedia; text: string; entities: MessageEntity[] }
  | { what: "location"; live: LiveLocation }
  /**
   * Edited in a way that no edit call can follow: copied once more, as a reply to the former copy. `alone`: Telegram does
   * not copy it as a reply, so it takes the former copy's place.
   */
  | { what: "again"; alone?: true }
  /** The copy holds several joined texts, or cannot be edited: the new text, or file, follows as a reply. */
  | { what: "joined"; text: string; entities: MessageEntity[]; media?: ReplaceableMedia };

/**
 * What another system said of a customer; `receivedAt` in ms since 1970. `source`: the version of the configuration
 * since which that system is asked; 0 where it was not kept.
 */
export interface KnownProfile {
  profile: Profile;
  /** Earlier releases have stored it in words. */
  ignored: (Unfit | string)[];
  receivedAt: number;
  source?: number;
}

/** What a lane remembers of its rate; instants in ms since 1970. */
export interface RateState {
  /** Calls that the window takes now; halved by every 429, it recovers slowly. */
  limit: number;
  blockedUntil: number;
  /** When the calls of the current window ended, oldest first. */
  taken: number[];
  recoversAt: number;
  /** Until when no topic can be made, where only that is forbidden for long. */
  noTopicsUntil?: number;
  /** Until when calls are made one after the other. */
  aloneUntil?: number;
  /** What is known of a limit above the documented one, where the configuration lets it be tried. */
  learned?: LearnedRate;
}

export interface LearnedRate {
  /** Calls of one window that went through. */
  calls: number;
  /** From when on more may be tried, in ms since 1970. */
  asksFrom: number;
  /** After the next refusal so long nothing more is tried. */
  pauseMs: number;
}

/**
 * Why a lane cannot work, for so long that people must be told:
 *
 * - `flood_wait`: Telegram asks to be left alone; `topic_flood_wait`: no topics can be made, everything else goes on
 * - `no_answer`: Telegram does not answer
 */
export type StallCause = "flood_wait" | "topic_flood_wait" | "no_answer";

/** Instants in ms since 1970; `until` null: unknown. */
export interface Stall {
  why: StallCause;
  since: number;
  until: number | null;
  /** No lane works, so that people can only be told when it is over. */
  everywhere?: true;
}

/** What has not left: with its words, which are kept until it has. `acceptedAt` in ms since 1970. */
export interface Waiting {
  kind: string;
  acceptedAt: number;
  state: string;
  says: unknown;
}
