import type { User } from "grammy/types";
import type { SeenMessage } from "../feed.ts";
import type { Topic } from "../state.ts";
import type { Control } from "./control.ts";
import { Person } from "./person.ts";
import type { AsIsOptions, MessageContent, WriteOptions } from "./person.ts";

/** A person in their private chat with the bot. */
export class Customer extends Person {
  constructor(control: Control, profile: User) {
    super(control, profile, profile.id);
  }

  write(text: string, options: WriteOptions = {}): Promise<SeenMessage> {
    return this.send({ text }, options);
  }

  send(content: MessageContent, options: WriteOptions = {}): Promise<SeenMessage> {
    return this.control.act("write", { userId: this.id, ...options, ...content });
  }

  /** A message in the Bot API's own fields, just as they are given. */
  writeAsIs(message: Record<string, unknown>, options: AsIsOptions = {}): Promise<SeenMessage> {
    return this.control.act("writeAsIs", { userId: this.id, message, ...options });
  }

  sendAlbum(items: MessageContent[], options: Omit<WriteOptions, "entities"> = {}): Promise<SeenMessage[]> {
    return this.control.act("writeAlbum", { userId: this.id, ...options, items });
  }

  forward(messages: { chatId: number; messageId: number }[], options: { hideSender?: boolean } = {}) {
    return this.control.act("forward", { userId: this.id, messages, ...options });
  }

  /** The START button, or a deep link with a payload. Unblocks the bot if it was blocked. */
  start(payload?: string): Promise<SeenMessage> {
    return this.control.act("start", { userId: this.id, ...(payload === undefined ? {} : { payload }) });
  }

  async block(): Promise<void> {
    await this.control.act("block", { userId: this.id });
  }

  async unblock(): Promise<void> {
    await this.control.act("unblock", { userId: this.id });
  }

  /** A topic of their private chat, where the bot lets them open some. */
  createTopic(name: string): Promise<Topic> {
    return this.control.act("createTopic", { userId: this.id, chatId: this.id, name });
  }

  async deleteTopic(threadId: number): Promise<void> {
    await this.control.act("deleteTopic", { userId: this.id, chatId: this.id, threadId });
  }

  /** Their chat with the bot, oldest first. */
  messages(where: { threadId?: number | null } = {}): Promise<SeenMessage[]> {
    return this.control.act("messages", { chatId: this.id, ...where });
  }
}
