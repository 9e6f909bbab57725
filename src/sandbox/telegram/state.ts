import type {
  BotCommand,
  ChatAdministratorRights,
  ChatPermissions,
  ExternalReplyInfo,
  InlineKeyboardMarkup,
  Message,
  MessageOrigin,
  ReactionType,
  Story,
  TextQuote,
  Update,
  User,
  UserFromGetMe,
} from "grammy/types";

/** Everything a world knows, as plain JSON: what is not in here does not survive a restart. */
export interface WorldState {
  bot: BotAccount;
  settings: WorldSettings;
  randomState: number;
  counters: Counters;
  users: Record<number, SandboxUser>;
  chats: Record<number, SandboxChat>;
  files: Record<string, StoredFile>;
  callbacks: Record<string, CallbackQueryRecord>;
  commands: Record<string, BotCommand[]>;
  budgets: BudgetState;
  faults: Fault[];
  webhook: WebhookState;
  updates: UpdateQueue;
  calls: LoggedCall[];
  /** Bots that this one has been before, with what they alone have. */
  retired?: Record<number, RetiredBot>;
}

/** What a bot has of its own while the desk has another one. */
export interface RetiredBot {
  chats: Record<number, SandboxChat>;
  people: Record<number, Pick<SandboxUser, "hasStarted" | "hasBlockedBot">>;
  accountMessage: number;
  webhook: WebhookState;
  updates: UpdateQueue;
  commands: Record<string, BotCommand[]>;
}

export interface BotAccount {
  token: string;
  profile: UserFromGetMe;
}

interface Counters {
  user: number;
  chat: number;
  file: number;
  call: number;
  fault: number;
  delivery: number;
  /** Private chats and basic groups share one message counter per account; supergroups and channels have their own. */
  accountMessage: number;
}

/** What a call into a deleted topic is answered; Telegram has been seen to use all three. */
export type DeletedTopicAnswer = "message thread not found" | "TOPIC_DELETED" | "TOPIC_ID_INVALID";

export interface WorldSettings {
  deletedTopicOnSend: DeletedTopicAnswer;
  deletedTopicOnEdit: DeletedTopicAnswer;
  ephemeralMessages: "accept" | "refuse";
}

export interface SandboxUser {
  profile: User;
  /** The person has opened the private chat with the bot. */
  hasStarted: boolean;
  hasBlockedBot: boolean;
  isDeactivated: boolean;
  refusesVoiceMessages: boolean;
}

export type ChatKind = "private" | "group" | "supergroup" | "channel";

export interface SandboxChat {
  id: number;
  type: ChatKind;
  title: string;
  username: string | null;
  isForum: boolean;
  isProtected: boolean;
  /** The emoji that may be set as reactions; without it, all. */
  reactionsTaken?: string[];
  isDeleted: boolean;
  upgradedTo: number | null;
  linkedChatId: number | null;
  /** The opaque `chat_instance` of callback queries. */
  instance: string;
  permissions: Required<ChatPermissions>;
  members: Record<number, Member>;
  lastMessageId: number;
  messages: Record<number, StoredMessage>;
  topics: Record<number, Topic>;
  general: GeneralTopic;
  /** Ids of pinned messages, the latest last. */
  pinned: number[];
  lastEphemeralId: number;
  ephemeral: Record<number, StoredMessage>;
}

export type AdministratorRights = Required<Omit<ChatAdministratorRights, "is_anonymous">>;

export type Member =
  | { status: "creator"; isAnonymous: boolean; title: string | null }
  | { status: "administrator"; isAnonymous: boolean; title: string | null; rights: AdministratorRights }
  | { status: "member" }
  | { status: "restricted"; isMember: boolean; permissions: Required<ChatPermissions> }
  | { status: "left" }
  | { status: "kicked" };

export interface Topic {
  id: number;
  name: string;
  iconColor: number;
  iconCustomEmojiId: string | null;
  creatorId: number;
  isClosed: boolean;
  isDeleted: boolean;
  /** What calls into this topic are answered once it is deleted; null follows the world's settings. */
  deletedAnswer: DeletedTopicAnswer | null;
}

interface GeneralTopic {
  name: string;
  isClosed: boolean;
  isHidden: boolean;
}

export type ContentKind =
  | "text"
  | "photo"
  | "video"
  | "animation"
  | "audio"
  | "document"
  | "voice"
  | "video_note"
  | "sticker"
  | "location"
  | "venue"
  | "contact"
  | "poll"
  | "dice"
  | "story"
  | "paid_media"
  | "invoice"
  | "giveaway"
  | "rich_message"
  | "checklist"
  | "service"
  | "unknown";

/** The content fields of a Bot API message; kinds that the types do not know yet pass through. */
export type Content = Partial<Message> & { [field: string]: unknown };

export type ReplyTarget =
  | { type: "message"; messageId: number; quote: TextQuote | null }
  | { type: "external"; info: ExternalReplyInfo; quote: TextQuote | null }
  | { type: "story"; story: Story };

export interface StoredMessage {
  id: number;
  chatId: number;
  /** Unix time, like everything in the Bot API. */
  date: number;
  editDate: number | null;
  senderId: number;
  senderChatId: number | null;
  signature: string | null;
  topicId: number | null;
  /** Outside topics a chain of replies is a thread as well: its first message's id. */
  threadRootId: number | null;
  replyTo: ReplyTarget | null;
  origin: MessageOrigin | null;
  isAutomaticForward: boolean;
  albumId: string | null;
  kind: ContentKind;
  content: Content;
  /** The message that a `pinned_message` service message is about. */
  pinnedId: number | null;
  keyboard: InlineKeyboardMarkup | null;
  /** A reply keyboard, its removal or a forced reply: shown to people, never part of a Message. */
  otherMarkup: unknown;
  isProtected: boolean;
  isCopyable: boolean;
  /** Reactions by actor: a user's id, or the id of the chat for an anonymous administrator. */
  reactions: Record<number, ReactionType[]>;
  /** Option ids by voter. */
  votes: Record<number, number[]>;
  ephemeral: { id: number; receiverId: number } | null;
}

export interface StoredFile {
  fileId: string;
  uniqueId: string;
  kind: FileKind;
  size: number;
  path: string;
  /** The Bot API object (or, for photos, list of sizes) that a message with this file carries. */
  media: unknown;
  contentBase64: string | null;
}

export type FileKind =
  | "photo"
  | "video"
  | "animation"
  | "audio"
  | "document"
  | "voice"
  | "video_note"
  | "sticker";

interface CallbackQueryRecord {
  id: string;
  userId: number;
  chatId: number;
  messageId: number;
  ephemeralId: number | null;
  at: number;
  answer: CallbackAnswer | null;
}

/** What the person who pressed a button saw of the bot's answer. */
export interface CallbackAnswer {
  text: string | null;
  showAlert: boolean;
  url: string | null;
}

export interface WebhookState {
  url: string;
  secretToken: string | null;
  maxConnections: number;
  ipAddress: string | null;
  /** null: everything but the kinds that must be asked for by name. */
  allowedUpdates: string[] | null;
  lastError: { at: number; message: string } | null;
  lastSetAt: number | null;
}

interface UpdateQueue {
  nextId: number;
  /** When the latest one was queued, in milliseconds. */
  lastAt?: number;
  count: number;
  /** Per queue, oldest first; only the head may be on its way. */
  pending: Record<string, QueuedUpdate[]>;
  uniqueQueues: number;
}

export interface QueuedUpdate {
  updateId: number;
  update: Update;
  expiresAt: number;
  wakeAt: number;
  delaySeconds: number;
  failures: number;
  deliveryId: string | null;
}

export interface LoggedCall {
  id: number;
  method: string;
  params: Record<string, unknown>;
  /** What the caller got; null when the answer or the request was lost on the way, or never given. */
  answer: { status: number; body: unknown } | null;
  fault: string | null;
  /** World time, in milliseconds. */
  at: number;
  /** Real time until the answer left, in milliseconds. */
  tookMs: number | null;
}

/** What Telegram lets a bot do. null switches a limit off. */
export interface Budgets {
  /** Calls in any 60 s of one group, all its topics together. */
  perGroupMinute: number | null;
  /** Calls a second to one person, once the burst is spent. */
  perChatSecond: number | null;
  /** Calls to one person that pass at once after a rest. */
  chatBurst: number;
  /** Calls in any second, over all chats. */
  perSecond: number | null;
  /** The least time between two changes of the webhook. */
  webhookEveryMs: number | null;
}

interface BudgetState {
  limits: Budgets;
  /** When the calls that still count were made, by what they count against. */
  spent: Record<string, number[]>;
  buckets: Record<string, { tokens: number; at: number }>;
}

/** What goes wrong. `deed` says whether the call has its effect although the caller cannot know. */
type FaultEffect =
  /** 429 with the given pause; nothing done. */
  | { effect: "flood"; retryAfter: number }
  | { effect: "server_error"; deed?: boolean | undefined }
  /** 502 with an HTML page for a body. */
  | { effect: "bad_gateway"; deed?: boolean | undefined }
  /** 429 by a proxy in front of it: a page of HTML, the pause at most in a header; nothing done. */
  | { effect: "proxy_flood"; retryAfter?: number | undefined }
  | { effect: "refuse"; code: number; description: string }
  /** Done, but the connection is reset before the answer. */
  | { effect: "answer_lost" }
  /** The connection is reset before anything is done. */
  | { effect: "request_lost" }
  /** Done at once, answered late, in real time; with `upTo` after a time between the two. */
  | { effect: "slow"; ms: number; upTo?: number | undefined }
  /** Never answered. */
  | { effect: "hang"; deed?: boolean | undefined }
  /** Telegram is out of reach altogether: calls are reset and no update is delivered. */
  | { effect: "down" };

export type FaultSettings = FaultEffect & {
  methods?: string[] | undefined;
  chatId?: number | undefined;
  /** Strike this many times; without it, until removed. */
  times?: number | undefined;
  /** Let this many matching calls pass first. */
  after?: number | undefined;
};

export type Fault = FaultSettings & { id: number };
