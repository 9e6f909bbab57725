import type { ActInput } from "../acts/all.ts";
import type { SeenMessage } from "../feed.ts";
import type { DeletedTopicAnswer, Topic } from "../state.ts";
import { Person } from "./person.ts";
import type { AsIsOptions, MessageContent, WriteOptions } from "./person.ts";

/** A topic's id, or null for General and for groups without topics. */
export type Thread = number | null;

/** A person in a group. */
export class Member extends Person {
  write(threadId: Thread, text: string, options: WriteOptions = {}): Promise<SeenMessage> {
    return this.send(threadId, { text }, options);
  }

  send(threadId: Thread, content: MessageContent, options: WriteOptions = {}): Promise<SeenMessage> {
    return this.control.act("write", { ...this.here, threadId, ...options, ...content });
  }

  /** A message in the Bot API's own fields, just as they are given. */
  writeAsIs(threadId: Thread, message: Record<string, unknown>, options: AsIsOptions = {}) {
    return this.control.act("writeAsIs", { ...this.here, threadId, message, ...options });
  }

  sendAlbum(
    threadId: Thread,
    items: MessageContent[],
    options: Omit<WriteOptions, "entities"> = {},
  ): Promise<SeenMessage[]> {
    return this.control.act("writeAlbum", { ...this.here, threadId, ...options, items });
  }

  /** As an administrator who hides behind the group's name. */
  writeAnonymously(
    threadId: Thread,
    text: string,
    options: WriteOptions & { signature?: string } = {},
  ): Promise<SeenMessage> {
    return this.control.act("write", { ...this.here, threadId, anonymous: true, ...options, text });
  }

  writeAsChannel(threadId: Thread, channelId: number, text: string): Promise<SeenMessage> {
    return this.control.act("write", { ...this.here, threadId, asChannelId: channelId, text });
  }

  /** An ephemeral command: only the bot sees it. */
  whisper(threadId: Thread, text: string): Promise<SeenMessage> {
    return this.control.act("write", { ...this.here, threadId, ephemeral: true, text });
  }

  forward(
    threadId: Thread,
    messages: { chatId: number; messageId: number }[],
    options: { hideSender?: boolean } = {},
  ): Promise<SeenMessage[]> {
    return this.control.act("forward", { ...this.here, threadId, messages, ...options });
  }

  createTopic(name: string, look: { iconColor?: number; icon?: string } = {}): Promise<Topic> {
    return this.control.act("createTopic", { ...this.here, name, ...look });
  }

  renameTopic(threadId: number, name: string): Promise<Topic> {
    return this.control.act("editTopic", { ...this.here, threadId, name });
  }

  /** "" takes the icon away. */
  setTopicIcon(threadId: number, icon: string): Promise<Topic> {
    return this.control.act("editTopic", { ...this.here, threadId, icon });
  }

  closeTopic(threadId: number, options: { anonymous?: boolean } = {}): Promise<Topic> {
    return this.control.act("closeTopic", { ...this.here, threadId, ...options });
  }

  reopenTopic(threadId: number, options: { anonymous?: boolean } = {}): Promise<Topic> {
    return this.control.act("reopenTopic", { ...this.here, threadId, ...options });
  }

  /** `answers`: what the bot's calls into the topic are answered from now on. */
  async deleteTopic(threadId: number, options: { answers?: DeletedTopicAnswer } = {}): Promise<void> {
    await this.control.act("deleteTopic", { ...this.here, threadId, ...options });
  }

  async setGeneral(change: { closed?: boolean; hidden?: boolean }): Promise<void> {
    await this.control.act("setGeneral", { ...this.here, ...change });
  }

  async join(): Promise<void> {
    await this.control.act("join", this.here);
  }

  async leave(): Promise<void> {
    await this.control.act("leave", this.here);
  }

  /** By the group's owner. */
  async promote(rights: NonNullable<ActInput<"promote">["rights"]> = {}): Promise<void> {
    await this.control.act("promote", { ...this.here, rights });
  }

  async demote(): Promise<void> {
    await this.control.act("demote", this.here);
  }

  async kick(): Promise<void> {
    await this.control.act("kick", this.here);
  }

  /** The group as this member sees it, with what only they see. */
  messages(where: { threadId?: Thread } = {}): Promise<SeenMessage[]> {
    return this.control.act("messages", { chatId: this.chatId, asUserId: this.id, ...where });
  }
}
