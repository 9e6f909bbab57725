import type { ChatMember } from "grammy/types";
import { profileOf } from "./accounts.ts";
import type { AdministratorRights, Member, SandboxChat } from "./state.ts";
import type { World } from "./world.ts";

export type Right = keyof AdministratorRights;

export function memberOf(chat: SandboxChat, userId: number): Member {
  return chat.members[userId] ?? { status: "left" };
}

export function isPresent(member: Member): boolean {
  return member.status === "restricted"
    ? member.isMember
    : member.status !== "left" && member.status !== "kicked";
}

export function isAdministrator(chat: SandboxChat, userId: number): boolean {
  const { status } = memberOf(chat, userId);
  return status === "creator" || status === "administrator";
}

export function hasRight(chat: SandboxChat, userId: number, right: Right): boolean {
  const member = memberOf(chat, userId);
  if (member.status === "creator") return true;
  return member.status === "administrator" && member.rights[right];
}

/** The rights that exist in a kind of chat; Telegram leaves out the others. */
const rightsOf: Record<"group" | "supergroup" | "channel", readonly Right[]> = {
  group: ["can_pin_messages"],
  supergroup: ["can_pin_messages", "can_manage_topics", "can_manage_tags"],
  channel: ["can_post_messages", "can_edit_messages", "can_manage_direct_messages"],
};
const particularRights = new Set(Object.values(rightsOf).flat());

export function renderMember(world: World, chat: SandboxChat, userId: number): ChatMember {
  return renderMemberAs(world, chat, userId, memberOf(chat, userId));
}

/** Also for a member's former status: `old_chat_member`. */
export function renderMemberAs(world: World, chat: SandboxChat, userId: number, member: Member): ChatMember {
  const user = profileOf(world, userId);
  switch (member.status) {
    case "creator":
      return {
        user,
        status: "creator",
        is_anonymous: member.isAnonymous,
        ...(member.title ? { custom_title: member.title } : {}),
      };
    case "administrator": {
      const particular: readonly Right[] = chat.type === "private" ? [] : rightsOf[chat.type];
      const rights = Object.fromEntries(
        Object.entries(member.rights).filter(
          ([right]) => !particularRights.has(right as Right) || particular.includes(right as Right),
        ),
      ) as unknown as AdministratorRights;
      return {
        user,
        status: "administrator",
        can_be_edited: false,
        is_anonymous: member.isAnonymous,
        ...rights,
        ...(member.title ? { custom_title: member.title } : {}),
      };
    }
    case "member":
      return { user, status: "member" };
    case "restricted":
      return {
        user,
        status: "restricted",
        is_member: member.isMember,
        ...member.permissions,
        until_date: 0,
      };
    case "left":
      return { user, status: "left" };
    case "kicked":
      return { user, status: "kicked", until_date: 0 };
    default:
      return member satisfies never;
  }
}

export function nameOf(world: World, userId: number): string {
  const { first_name, last_name } = profileOf(world, userId);
  return last_name ? `${first_name} ${last_name}` : first_name;
}
