import type { ChatPermissions } from "grammy/types";
import { realBudgets } from "./budgets.ts";
import type { AdministratorRights, BotAccount, ChatKind, SandboxChat, WorldState } from "./state.ts";
import type { World } from "./world.ts";

export interface BotSettings {
  token?: string | undefined;
  firstName?: string | undefined;
  username?: string | undefined;
  /** Privacy mode off: the bot hears everything in groups even where it is no administrator. */
  readsAllGroupMessages?: boolean | undefined;
  /** Topics in private chats: none, those that the bot opens, or those that people open as well. */
  privateTopics?: PrivateTopics | undefined;
}

export type PrivateTopics = "off" | "by_bot" | "by_anyone";

const FIRST_USER_ID = 5_000_000_000;
const FIRST_UPDATE_ID = 100_000_001;

export function newBot(settings: BotSettings = {}): BotAccount {
  const token = settings.token ?? "1:sandbox";
  return {
    token,
    profile: {
      id: Number.parseInt(token, 10) || 1,
      is_bot: true,
      first_name: settings.firstName ?? "Desk",
      username: settings.username ?? "desk_sandbox_bot",
      can_join_groups: true,
      can_read_all_group_messages: settings.readsAllGroupMessages ?? false,
      supports_guest_queries: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
      has_topics_enabled: (settings.privateTopics ?? "off") !== "off",
      allows_users_to_create_topics: settings.privateTopics === "by_anyone",
      can_manage_bots: false,
      supports_join_request_queries: false,
    },
  };
}

export function privateTopicsOf({ profile }: BotAccount): PrivateTopics {
  if (!profile.has_topics_enabled) return "off";
  return profile.allows_users_to_create_topics ? "by_anyone" : "by_bot";
}

export function newWorldState(seed: number, bot: BotSettings = {}): WorldState {
  const account = newBot(bot);
  return {
    bot: account,
    settings: {
      deletedTopicOnSend: "message thread not found",
      deletedTopicOnEdit: "TOPIC_ID_INVALID",
      ephemeralMessages: "accept",
    },
    randomState: seed | 0,
    counters: {
      user: FIRST_USER_ID,
      chat: 0,
      file: 0,
      call: 0,
      fault: 0,
      delivery: 0,
      accountMessage: 0,
    },
    users: {},
    chats: {},
    files: {},
    callbacks: {},
    commands: {},
    budgets: { limits: { ...realBudgets }, spent: {}, buckets: {} },
    faults: [],
    webhook: {
      url: "",
      secretToken: null,
      maxConnections: 40,
      ipAddress: null,
      allowedUpdates: null,
      lastError: null,
      lastSetAt: null,
    },
    updates: { nextId: FIRST_UPDATE_ID, count: 0, pending: {}, uniqueQueues: 0 },
    calls: [],
  };
}

export const EVERYTHING_PERMITTED: Required<ChatPermissions> = {
  can_send_messages: true,
  can_send_audios: true,
  can_send_documents: true,
  can_send_photos: true,
  can_send_videos: true,
  can_send_video_notes: true,
  can_send_voice_notes: true,
  can_send_polls: true,
  can_send_other_messages: true,
  can_add_web_page_previews: true,
  can_react_to_messages: true,
  can_change_info: false,
  can_invite_users: true,
  can_edit_tag: false,
  can_pin_messages: false,
  can_manage_topics: false,
};

/** What an owner usually ticks for a bot that runs a group. */
export const USUAL_RIGHTS: AdministratorRights = {
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  can_post_messages: true,
  can_edit_messages: true,
  can_pin_messages: true,
  can_manage_topics: true,
  can_manage_direct_messages: false,
  can_manage_tags: false,
  can_send_welcome_messages: false,
};

export const NO_RIGHTS: AdministratorRights = Object.fromEntries(
  Object.keys(USUAL_RIGHTS).map((right) => [right, right === "can_manage_chat"]),
) as unknown as AdministratorRights;

export interface NewChat {
  id: number;
  type: ChatKind;
  title: string;
  username?: string | undefined;
  isForum?: boolean | undefined;
}

export function addChat(world: World, chat: NewChat): SandboxChat {
  const added: SandboxChat = {
    id: chat.id,
    type: chat.type,
    title: chat.title,
    username: chat.username ?? null,
    isForum: chat.isForum ?? false,
    isProtected: false,
    isDeleted: false,
    upgradedTo: null,
    linkedChatId: null,
    instance: `-${world.randomId()}`,
    permissions: { ...EVERYTHING_PERMITTED },
    members: {},
    // Message 1 tells that the chat was made; in a forum its id stands for General.
    lastMessageId: 1,
    messages: {},
    topics: {},
    general: { name: "General", isClosed: false, isHidden: false },
    pinned: [],
    lastEphemeralId: 0,
    ephemeral: {},
  };
  world.state.chats[chat.id] = added;
  return added;
}
