import type { ChatId } from "../domain/contact/contact-id.ts";
import type { ContactFacts } from "../domain/contact/contact.ts";
import type { Channel as ChannelName, Route } from "../domain/contact/route.ts";
import type { Outcome } from "../domain/desk/outcome.ts";
import type { Attachment, Message, Place, Position } from "./message.ts";

/** Messages of the staff's, where they lie at Telegram; several are the items of one album. */
export interface Originals {
  chat: ChatId;
  messageIds: readonly number[];
}

/** What a message that was sent says from now on: its text, the text of its file, or another file with a text. */
type Edit =
  | { what: "text"; message: Message; buttons?: Place["buttons"] }
  | { what: "caption"; message: Message }
  | { what: "media"; message: Message; media: Attachment };

/**
 * How customers are written to by one system. Every channel can send. Its optional methods are what it can do beyond that:
 * the object asks whether they are there (`channel.edit?.(…)`), and does without where they are not. Each method only describes
 * the call; the drain makes it. Messages of the conversation are named by numbers that the channel gives them.
 */
export interface Channel<Call> {
  /** Takes a text of `TEXT_CHARS_MAX` characters whole. */
  send(to: Route, message: Message, place: Place): Call;
  /** Passes messages of the staff's on by naming them. A channel that cannot is sent what they say. */
  copy?(to: Route, originals: Originals, place: Place): Call;
  /** Likewise, and it shows whose words they were first. Without it they are copied. */
  forward?(to: Route, originals: Originals, place: Place): Call;
  /** Sends a position that moves. Without it the message is passed on as it is. */
  sendLive?(to: Route, position: Position, place: Place): Call;
  /** Moves such a position; without a `livePeriod` it stands still from now on. */
  moveLive?(to: Route, messageId: number, position: Position): Call;
  /** Without it the new text follows as a message of its own. */
  edit?(to: Route, messageId: number, edit: Edit): Call;
  /** Puts a reaction on a message; null takes it back. Without it there are none. */
  react?(to: Route, messageId: number, emoji: string | null): Call;
  /** Takes a message back. Without it the agent hears that the customer has it. */
  delete?(to: Route, messageId: number): Call;
}

/** A call that a channel makes itself; only the channel reads `does`. */
export interface ChannelCall<Does = unknown> {
  channel: ChannelName;
  does: Does;
}

/** What came of such a call; of one that worked the numbers of the messages that it made. */
export type Made = { kind: "done"; messages: readonly number[] } | Exclude<Outcome, { kind: "done" }>;

/**
 * A message that a customer wrote. Its text has at most `TEXT_CHARS_MAX` characters, `CAPTION_CHARS_MAX` with files, of which
 * there are at most ten: a channel makes several messages of what is more.
 */
export interface Incoming {
  /** Numbered from `OTHER_CONTACTS_FROM` on, with the route by which they are answered. */
  contact: ContactFacts & { route: Route };
  /** From 1 on, below 2^32, and another one for each message of the contact's, whoever wrote it. */
  messageId: number;
  /** What the channel itself calls it, such as a Message-ID, to be told what its answers follow. */
  name?: string;
  /** In ms since 1970. */
  sentAt: number;
  /** The message that it answers. */
  replyTo: number | null;
  message: Message;
}

/** A channel other than Telegram: it makes its own calls, and reads what comes in. */
export interface OwnChannel<Does = unknown> extends Channel<ChannelCall<Does>> {
  /** Makes a call, one try, and says what came of it. Never throws. */
  make(does: Does, env: Env): Promise<Made>;
  /** Reads what came to the channel's door; null: it is no customer's message. */
  read(came: unknown, env: Env): Promise<Incoming | null>;
}
