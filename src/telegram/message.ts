import type { LinkPreviewOptions, Message, MessageEntity } from "grammy/types";
import type { MessageKind } from "../domain/ticket/message-kind.ts";
import { joinedPart, type JoinedPart } from "./join-texts.ts";
import { markOf, type MarkKey } from "./mark.ts";
import { elsewhereOf, originOf, type Elsewhere, type Origin } from "./origin.ts";
import { saidIn } from "./said.ts";

/** Where one field accompanies another for old clients, the one that says more comes first. */
const CONTENT_KINDS: readonly Exclude<MessageKind, "unknown">[] = [
  "text",
  "animation",
  "live_photo",
  "photo",
  "video",
  "audio",
  "document",
  "voice",
  "video_note",
  "sticker",
  "venue",
  "location",
  "contact",
  "poll",
  "dice",
  "game",
  "story",
  "checklist",
  "rich_message",
  "paid_media",
  "invoice",
  "giveaway",
  "giveaway_winners",
];

/** Service messages: things that happened in a chat, never content. From the Message type of Bot API 10.3. */
const SERVICE_FIELDS = [
  "new_chat_members",
  "new_chat_member",
  "new_chat_participant",
  "left_chat_member",
  "left_chat_participant",
  "community_chat_added",
  "community_chat_joined",
  "community_chat_removed",
  "new_chat_title",
  "new_chat_photo",
  "delete_chat_photo",
  "group_chat_created",
  "supergroup_chat_created",
  "channel_chat_created",
  "managed_bot_created",
  "poll_option_added",
  "poll_option_deleted",
  "message_auto_delete_timer_changed",
  "migrate_to_chat_id",
  "migrate_from_chat_id",
  "pinned_message",
  "successful_payment",
  "refunded_payment",
  "users_shared",
  "user_shared",
  "chat_shared",
  "connected_website",
  "write_access_allowed",
  "passport_data",
  "proximity_alert_triggered",
  "boost_added",
  "chat_background_set",
  "forum_topic_created",
  "forum_topic_edited",
  "forum_topic_closed",
  "forum_topic_reopened",
  "general_forum_topic_hidden",
  "general_forum_topic_unhidden",
  "giveaway_created",
  "giveaway_completed",
  "gift",
  "unique_gift",
  "gift_upgrade_sent",
  "paid_message_price_changed",
  "direct_message_price_changed",
  "checklist_tasks_done",
  "checklist_tasks_added",
  "suggested_post_approved",
  "suggested_post_approval_failed",
  "suggested_post_declined",
  "suggested_post_paid",
  "suggested_post_refunded",
  "chat_owner_left",
  "chat_owner_changed",
  "video_chat_scheduled",
  "video_chat_started",
  "video_chat_ended",
  "video_chat_participants_invited",
  "web_app_data",
] as const;

const UNCOPYABLE: ReadonlySet<MessageKind> = new Set([
  "paid_media",
  "invoice",
  "giveaway",
  "giveaway_winners",
]);

/** A file that `editMessageMedia` can put in place of another. */
export interface ReplaceableMedia {
  type: "photo" | "video" | "animation" | "audio" | "document";
  fileId: string;
  /** The same for the same file, over time: tells a replaced file from an edited caption. */
  uniqueId: string;
  spoiler: boolean;
  captionAbove: boolean;
}

/** A live location as it was when the message was sent or edited last. */
export interface LiveLocation {
  latitude: number;
  longitude: number;
  /** Seconds for which it keeps moving; absent once it has stopped. */
  livePeriod?: number;
  horizontalAccuracy?: number;
  heading?: number;
  proximityAlertRadius?: number;
}

export interface Quote {
  text: string;
  entities: MessageEntity[];
  position: number;
  /** Where it stands in a message that the desk joined from several texts. */
  part?: JoinedPart;
}

/** A message by a person, as far as the desk needs to know it. */
export interface Writing {
  messageId: number;
  /** When Telegram took it, in ms since 1970. */
  sentAt: number;
  kind: MessageKind;
  /** Text or caption, and its entities. */
  text: string | null;
  entities: MessageEntity[];
  /** All its words, for every kind of message (`said.ts`); null: it has none. */
  said: string | null;
  /** Items of one album share this id; there is no end marker. */
  album: string | null;
  /** The message of the same chat that this one answers; the implicit reply to a topic's creation does not count. */
  replyTo: number | null;
  quote: Quote | null;
  media: ReplaceableMedia | null;
  /** A file of another kind. */
  otherFile?: { type: "voice" | "video_note" | "sticker"; fileId: string };
  live: LiveLocation | null;
  /** When it was edited last, in ms since 1970. */
  editedAt?: number | null;
  /** Tells an edit that changes something from one that does not (`mark.ts`). */
  mark?: string;
  /** Set where the writer chose how a link in it is shown. */
  preview?: LinkPreviewOptions | null;
  captionAbove?: boolean;
  /** The topic of the private chat in which it was written. */
  thread?: number | null;
  /** Tasks of a checklist that are done. */
  ticked?: number;
  /** Whose words they were first, where it is a forward. */
  origin?: Origin | null;
  /** What it answers outside of the chat. */
  elsewhere?: Elsewhere | null;
  /** Whether Telegram lets a bot copy it at all. */
  copyable: boolean;
  /** Only the receiver saw it, and its `messageId` is 0. */
  ephemeral: boolean;
}

/** What its writer composed as words; a place, a contact or a poll is more than the words in it. */
export function composedWords({ kind, text, said }: Pick<Writing, "kind" | "text" | "said">): string | null {
  return kind === "rich_message" || kind === "checklist" ? said : text;
}

function isService(message: Message): boolean {
  return SERVICE_FIELDS.some((field) => field in message);
}

/** Reads a person's message; `null` for a service message. */
export function writingOf(message: Message, key: MarkKey): Writing | null {
  if (isService(message)) return null;
  const kind = CONTENT_KINDS.find((candidate) => message[candidate] !== undefined) ?? "unknown";
  const live = liveLocation(message);
  const media = mediaOf(message);
  const replaceable = media === null ? kind : "media";
  const file = media?.uniqueId ?? null;
  const said = saidIn(message).join("\n");
  return {
    messageId: message.message_id,
    sentAt: message.date * 1_000,
    kind,
    text: message.text ?? message.caption ?? null,
    entities: message.entities ?? message.caption_entities ?? [],
    said: said === "" ? null : said,
    album: message.media_group_id ?? null,
    replyTo: realReply(message),
    quote: quoteOf(message),
    media,
    ...otherFileOf(message),
    live,
    editedAt: message.edit_date === undefined ? null : message.edit_date * 1_000,
    mark: markOf(contentOf(message, kind), { file, kind: replaceable }, key),
    preview: message.link_preview_options ?? null,
    captionAbove: message.show_caption_above_media === true,
    thread: message.chat.type === "private" ? (message.message_thread_id ?? null) : null,
    ticked: (message.checklist?.tasks ?? []).filter((task) => task.completion_date !== undefined).length,
    origin: originOf(message),
    elsewhere: elsewhereOf(message),
    copyable: !UNCOPYABLE.has(kind) && !isQuizWithoutAnswer(message),
    ephemeral: message.ephemeral_message_id !== undefined,
  };
}

/** What a message of a kind that the desk knows says: beside the kind's own field what an edit can change. */
const CONTENT_FIELDS: ReadonlySet<string> = new Set([
  ...CONTENT_KINDS,
  "entities",
  "caption",
  "caption_entities",
  "link_preview_options",
  "show_caption_above_media",
  "has_media_spoiler",
]);

/** What accompanies content of a kind that the desk does not know. */
const ENVELOPE: ReadonlySet<string> = new Set([
  "message_id",
  "message_thread_id",
  "is_topic_message",
  "from",
  "sender_chat",
  "sender_boost_count",
  "sender_business_bot",
  "sender_tag",
  "author_signature",
  "chat",
  "date",
  "edit_date",
  "reply_to_message",
  "external_reply",
  "reply_to_story",
  "quote",
  "via_bot",
  "reply_markup",
  "effect_id",
  "media_group_id",
  "has_protected_content",
  "is_from_offline",
]);

function contentOf(message: Message, kind: MessageKind): Partial<Message> {
  const fields = Object.entries(message).filter(([field]) =>
    kind === "unknown" ? !ENVELOPE.has(field) : CONTENT_FIELDS.has(field),
  );
  return Object.fromEntries(fields);
}

/** Every message of a topic carries the topic's creation as an implicit reply; that is not what its writer meant. */
function realReply(message: Message): number | null {
  const replied = message.reply_to_message?.message_id;
  if (replied === undefined || replied === 0 || replied === message.message_thread_id) return null;
  return replied;
}

function quoteOf(message: Message): Quote | null {
  if (message.quote === undefined || message.reply_to_message === undefined) return null;
  const { text, entities = [] } = message.quote;
  const position = message.quote.position ?? 0;
  const replied = message.reply_to_message;
  const part = joinedPart(replied.text ?? "", replied.entities ?? [], position, text.length);
  return { text, entities, position, ...(part === null ? {} : { part }) };
}

function mediaOf(message: Message): ReplaceableMedia | null {
  const found = (() => {
    if (message.animation !== undefined) return { type: "animation" as const, file: message.animation };
    if (message.live_photo !== undefined) return null;
    if (message.photo !== undefined) return { type: "photo" as const, file: message.photo.at(-1) };
    if (message.video !== undefined) return { type: "video" as const, file: message.video };
    if (message.audio !== undefined) return { type: "audio" as const, file: message.audio };
    if (message.document !== undefined) return { type: "document" as const, file: message.document };
    return null;
  })();
  if (found?.file === undefined) return null;
  return {
    type: found.type,
    fileId: found.file.file_id,
    // Updates from before 2020 have no unique id.
    uniqueId: found.file.file_unique_id ?? found.file.file_id,
    spoiler: message.has_media_spoiler === true,
    captionAbove: message.show_caption_above_media === true,
  };
}

function otherFileOf({ voice, video_note, sticker }: Message): Pick<Writing, "otherFile"> {
  if (voice !== undefined) return { otherFile: { type: "voice", fileId: voice.file_id } };
  if (video_note !== undefined) return { otherFile: { type: "video_note", fileId: video_note.file_id } };
  return sticker === undefined ? {} : { otherFile: { type: "sticker", fileId: sticker.file_id } };
}

function liveLocation(message: Message): LiveLocation | null {
  const location = message.location;
  if (location === undefined || message.venue !== undefined) return null;
  // A stopped live location has no period any more, but it was edited, which a plain location never is.
  if (location.live_period === undefined && message.edit_date === undefined) return null;
  return {
    latitude: location.latitude,
    longitude: location.longitude,
    ...(location.live_period === undefined ? {} : { livePeriod: location.live_period }),
    ...(location.horizontal_accuracy === undefined
      ? {}
      : { horizontalAccuracy: location.horizontal_accuracy }),
    ...(location.heading === undefined ? {} : { heading: location.heading }),
    ...(location.proximity_alert_radius === undefined
      ? {}
      : { proximityAlertRadius: location.proximity_alert_radius }),
  };
}

function isQuizWithoutAnswer(message: Message): boolean {
  const poll = message.poll;
  if (poll?.type !== "quiz") return false;
  const legacy = (poll as { correct_option_id?: number }).correct_option_id;
  return legacy === undefined && (poll.correct_option_ids ?? []).length === 0;
}
