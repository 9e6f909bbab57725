import type { BotCommand, User } from "grammy/types";
import type { ActInput } from "../acts/all.ts";
import type { SeenMessage } from "../feed.ts";
import type { CallbackAnswer } from "../state.ts";
import type { Control } from "./control.ts";

type WriteInput = ActInput<"write">;

/** One message's worth of content: `{ text }`, `{ photo: {} , caption }`, `{ location: … }` and so on. */
export type MessageContent = ActInput<"writeAlbum">["items"][number];

/** What a message hangs on, and the formatting of its text. */
export type WriteOptions = Pick<
  WriteInput,
  "replyTo" | "quote" | "replyElsewhere" | "replyToStory" | "entities"
>;

/** What a message in the Bot API's own fields hangs on, and when it was written (Unix time). */
export type AsIsOptions = Pick<ActInput<"writeAsIs">, "replyTo" | "date">;

/** A message to act on: its id. One that only this person sees: `{ ephemeral: id }`. */
export type Pressable = number | { ephemeral: number };

export interface Pressed {
  /** The callback query that the bot was sent; null for a link or a reply keyboard. */
  queryId: string | null;
  /** The address that opens, for a link. */
  opens: string | null;
  /** What the bot has answered so far: the toast or the alert. */
  answer(): Promise<CallbackAnswer | null>;
}

/** A person in a chat: what customers and members can both do with its messages. */
export class Person {
  readonly id: number;
  readonly profile: User;
  readonly chatId: number;
  protected readonly control: Control;

  constructor(control: Control, profile: User, chatId: number) {
    this.control = control;
    this.profile = profile;
    this.id = profile.id;
    this.chatId = chatId;
  }

  protected get here(): { userId: number; chatId: number } {
    return { userId: this.id, chatId: this.chatId };
  }

  /** A new text, or with an object a new caption or other media. */
  edit(messageId: number, change: string | MessageContent): Promise<SeenMessage> {
    const content = typeof change === "string" ? { text: change } : change;
    return this.control.act("edit", { ...this.here, messageId, ...content });
  }

  /** An edit in the Bot API's own fields, just as they are given. */
  editAsIs(messageId: number, message: Record<string, unknown>): Promise<SeenMessage> {
    return this.control.act("editAsIs", { ...this.here, messageId, message });
  }

  async delete(...messageIds: number[]): Promise<void> {
    await this.control.act("deleteMessages", { ...this.here, messageIds });
  }

  /** Sets a reaction in the place of the one before; null takes it back. */
  async react(messageId: number, emoji: string | readonly string[] | null): Promise<void> {
    const list = emoji === null ? [] : typeof emoji === "string" ? [emoji] : [...emoji];
    await this.control.act("react", { ...this.here, messageId, emoji: list });
  }

  /** Presses the button with this text, or with this callback data. */
  async press(
    message: Pressable,
    button: { text: string } | { data: string },
    { asOld = false }: { asOld?: boolean } = {},
  ): Promise<Pressed> {
    const subject =
      typeof message === "number" ? { messageId: message } : { ephemeralMessageId: message.ephemeral };
    const press = await this.control.act("press", { ...this.here, ...subject, ...button, asOld });
    const { queryId } = press;
    return {
      ...press,
      answer: async () => (queryId === null ? null : this.control.act("callbackAnswer", { queryId })),
    };
  }

  async vote(messageId: number, ...options: number[]): Promise<void> {
    await this.control.act("vote", { ...this.here, messageId, options });
  }

  async pin(messageId: number): Promise<void> {
    await this.control.act("pinMessage", { ...this.here, messageId });
  }

  async unpin(messageId: number): Promise<void> {
    await this.control.act("unpinMessage", { ...this.here, messageId });
  }

  moveLocation(messageId: number, place: { latitude: number; longitude: number; heading?: number }) {
    return this.control.act("moveLocation", { ...this.here, messageId, ...place });
  }

  stopLocation(messageId: number): Promise<SeenMessage> {
    return this.control.act("stopLocation", { ...this.here, messageId });
  }

  /** The list behind `/` as this person sees it here. */
  commands(): Promise<BotCommand[]> {
    return this.control.act("commands", this.here);
  }

  /** Changes who they are: name, username, language, premium, deleted account, privacy. */
  async become(changes: Omit<ActInput<"user">, "id">): Promise<void> {
    await this.control.act("user", { id: this.id, ...changes });
  }
}
