import type { ChatId } from "../domain/contact/contact-id.ts";
import type { Route } from "../domain/contact/route.ts";

/** A message of the staff's, where it lies at Telegram. */
export interface Original {
  chat: ChatId;
  messageId: number;
}

/**
 * How customers are written to by one system. Every channel can send and copy. Its optional methods are what it can do beyond
 * that: the object asks whether they are there (`channel.edit?.(…)`), and does without where they are not. Each method answers
 * the call that does it, which nobody has made yet. `Said`: a text with whatever else the channel shows with it.
 */
export interface Channel<Call, Said extends { text: string }> {
  readonly limits: { readonly textChars: number };
  /** Says something of the desk's own. */
  send(to: Route, said: Said): Call;
  /** Passes a message on as it was written; `more` is shown with it. */
  copy(to: Route, original: Original, more: Partial<Omit<Said, "text">>): Call;
  /** Lets a message that was sent or copied say something else. */
  edit?(to: Route, messageId: number, said: Said): Call;
  /** Puts a reaction on a message; null takes it back. */
  react?(to: Route, messageId: number, emoji: string | null): Call;
  /** Takes a message back. */
  delete?(to: Route, messageId: number): Call;
}
