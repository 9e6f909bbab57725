import type { ActInput } from "../acts/all.ts";
import type { SeenMessage } from "../feed.ts";
import type { Member as Membership, Topic } from "../state.ts";
import type { Control } from "./control.ts";
import { Member } from "./member.ts";
import type { Thread } from "./member.ts";
import type { MessageContent } from "./person.ts";

type Rights = NonNullable<ActInput<"promoteBot">["rights"]>;
type Permissions = ActInput<"restrictBot">["permissions"];

export type MemberSettings = ActInput<"user"> & Pick<ActInput<"member">, "status" | "rights" | "title">;

export class Group {
  readonly id: number;
  readonly #control: Control;

  constructor(control: Control, id: number) {
    this.#control = control;
    this.id = id;
  }

  /** A person who has long been in the group; `status: "left"` for one who may join. */
  async member({ status, rights, title, ...user }: MemberSettings = {}): Promise<Member> {
    const profile = await this.#control.act("user", user);
    const placed = { chatId: this.id, userId: profile.id, status, rights, title };
    await this.#control.act("member", placed);
    return new Member(this.#control, profile, this.id);
  }

  /** The member with every right. */
  async owner(): Promise<Member> {
    const members = await this.members();
    const owner = members.find(({ member }) => member.status === "creator");
    if (!owner) throw new Error(`group ${this.id} has no owner`);
    return this.member({ id: owner.userId });
  }

  members(): Promise<{ userId: number; member: Membership }[]> {
    return this.#control.act("members", { chatId: this.id });
  }

  async setForum(on: boolean): Promise<void> {
    await this.#control.act("setForum", { chatId: this.id, on });
  }

  async addBot(options: { administrator?: boolean; rights?: Rights } = {}): Promise<void> {
    await this.#control.act("addBot", { chatId: this.id, ...options });
  }

  /** The rights given change, the others stay. */
  async promoteBot(rights: Rights = {}): Promise<void> {
    await this.#control.act("promoteBot", { chatId: this.id, rights });
  }

  async demoteBot(): Promise<void> {
    await this.#control.act("demoteBot", { chatId: this.id });
  }

  async restrictBot(permissions: Permissions): Promise<void> {
    await this.#control.act("restrictBot", { chatId: this.id, permissions });
  }

  async kickBot(): Promise<void> {
    await this.#control.act("kickBot", { chatId: this.id });
  }

  async change(changes: Omit<ActInput<"changeChat">, "chatId">): Promise<void> {
    await this.#control.act("changeChat", { chatId: this.id, ...changes });
  }

  /** A basic group becomes a supergroup: another chat, under another id. */
  async upgrade(newId?: number): Promise<Group> {
    const upgraded = await this.#control.act("upgrade", { chatId: this.id, newId });
    return new Group(this.#control, upgraded.id);
  }

  async delete(): Promise<void> {
    await this.#control.act("deleteGroup", { chatId: this.id });
  }

  /** Oldest first; of one topic, or with null of General. */
  messages(where: { threadId?: Thread } = {}): Promise<SeenMessage[]> {
    return this.#control.act("messages", { chatId: this.id, ...where });
  }

  topics(options: { withDeleted?: boolean } = {}): Promise<Topic[]> {
    return this.#control.act("topics", { chatId: this.id, ...options });
  }

  budgetLeft(): Promise<{ limit: number | null; used: number; freeAt: number | null }> {
    return this.#control.act("budgetLeft", { chatId: this.id });
  }
}

export class Channel {
  readonly id: number;
  readonly #control: Control;

  constructor(control: Control, id: number) {
    this.#control = control;
    this.id = id;
  }

  post(content: MessageContent, options: { signature?: string } = {}) {
    return this.#control.act("postInChannel", { chatId: this.id, ...content, ...options });
  }
}
