import type { ChatId } from "../domain/contact/contact-id.ts";
import type { Route } from "../domain/contact/route.ts";
import type { Attachment, Message, Place, Position } from "./message.ts";

/** Messages of the staff's, where they lie at Telegram; several are the items of one album. */
export interface Originals {
  chat: ChatId;
  messageIds: readonly number[];
}

/** What a message that was sent says from now on: its text, the text of its file, or another file with a text. */
export type Edit =
  | { what: "text"; message: Message; buttons?: Place["buttons"] }
  | { what: "caption"; message: Message }
  | { what: "media"; message: Message; media: Attachment };

/**
 * How customers are written to by one system. Every channel can send. Its optional methods are what it can do beyond that:
 * the object asks whether they are there (`channel.edit?.(…)`), and does without where they are not. Each method only describes
 * the call; the drain makes it. Messages of the conversation are named by numbers that the channel gives them.
 */
export interface Channel<Call> {
  readonly limits: {
    readonly textChars: number;
  };
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
