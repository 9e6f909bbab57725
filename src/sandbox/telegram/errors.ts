/** Telegram said no. Any other error thrown inside the core is a defect of the sandbox. */
export class TelegramFailure extends Error {
  readonly code: number;
  readonly description: string;
  readonly parameters: FailureParameters | null;

  constructor(code: number, description: string, parameters: FailureParameters | null = null) {
    super(description);
    this.name = "TelegramFailure";
    this.code = code;
    this.description = description;
    this.parameters = parameters;
  }

  get body(): object {
    return {
      ok: false,
      error_code: this.code,
      description: this.description,
      ...(this.parameters ? { parameters: this.parameters } : {}),
    };
  }
}

export interface FailureParameters {
  retry_after?: number;
  migrate_to_chat_id?: number;
}

const badRequest = (text: string) => (): TelegramFailure => new TelegramFailure(400, `Bad Request: ${text}`);
const forbidden = (text: string) => (): TelegramFailure => new TelegramFailure(403, `Forbidden: ${text}`);

/** Every refusal whose text stands in the project's catalogue of Telegram's errors. */
export const failures = {
  invalidToken: () => new TelegramFailure(401, "Unauthorized: invalid token specified"),
  unauthorized: () => new TelegramFailure(401, "Unauthorized"),
  notFound: () => new TelegramFailure(404, "Not Found"),
  methodNotFound: () => new TelegramFailure(404, "Not Found: method not found"),
  webhookIsActive: () =>
    new TelegramFailure(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    ),
  otherGetUpdates: () =>
    new TelegramFailure(
      409,
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    ),
  terminatedBySetWebhook: () => new TelegramFailure(409, "Conflict: terminated by setWebhook request"),
  tooLarge: () => new TelegramFailure(413, "Request Entity Too Large"),
  retryAfter: (seconds: number) =>
    new TelegramFailure(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds }),
  serverError: () => new TelegramFailure(500, "Internal Server Error: restart"),

  badWebhook: (why: string) => new TelegramFailure(400, `Bad Request: bad webhook: ${why}`),
  secretTokenTooLong: badRequest("secret token is too long"),
  secretTokenCharacters: badRequest("secret token contains unallowed characters"),

  chatIdEmpty: badRequest("chat_id is empty"),
  chatNotFound: badRequest("chat not found"),
  userNotFound: badRequest("user not found"),
  chatUpgraded: (chatId: number) =>
    new TelegramFailure(400, "Bad Request: group chat was upgraded to a supergroup chat", {
      migrate_to_chat_id: chatId,
    }),
  noWriteAccess: badRequest("have no write access to the chat"),
  groupDeleted: forbidden("the group chat was deleted"),
  kicked: (chat: string) => new TelegramFailure(403, `Forbidden: bot was kicked from the ${chat} chat`),
  notMember: (chat: string) => new TelegramFailure(403, `Forbidden: bot is not a member of the ${chat} chat`),
  blocked: forbidden("bot was blocked by the user"),
  userDeactivated: forbidden("user is deactivated"),
  cantInitiate: forbidden("bot can't initiate conversation with a user"),
  toBot: forbidden("the bot can't send messages to the bot"),
  adminRequired: badRequest("CHAT_ADMIN_REQUIRED"),
  notEnoughRightsToSend: (what: string) =>
    new TelegramFailure(400, `Bad Request: not enough rights to send ${what} to the chat`),
  voiceForbidden: badRequest("VOICE_MESSAGES_FORBIDDEN"),

  threadNotFound: badRequest("message thread not found"),
  topicDeleted: badRequest("TOPIC_DELETED"),
  topicIdInvalid: badRequest("TOPIC_ID_INVALID"),
  topicClosed: badRequest("TOPIC_CLOSED"),
  topicNotModified: badRequest("TOPIC_NOT_MODIFIED"),
  notForum: badRequest("the chat is not a forum"),
  cantCreateTopic: badRequest("not enough rights to create a topic"),
  cantEditTopic: badRequest("not enough rights to edit the topic"),
  topicNameEmpty: badRequest("name must be non-empty"),
  invalidIconColor: badRequest("invalid icon color specified"),
  documentInvalid: badRequest("DOCUMENT_INVALID"),
  invalidTopicIdentifier: badRequest("invalid forum topic identifier specified"),

  textEmpty: badRequest("message text is empty"),
  textOnlyBlank: badRequest("text must be non-empty"),
  textTooLong: badRequest("message is too long"),
  captionTooLong: badRequest("message caption is too long"),
  cantParseEntities: (why: string) => new TelegramFailure(400, `Bad Request: can't parse entities: ${why}`),
  buttonData: badRequest("BUTTON_DATA_INVALID"),
  buttonUrl: badRequest("BUTTON_URL_INVALID"),
  markupTooLong: badRequest("reply markup is too long"),

  repliedNotFound: badRequest("message to be replied not found"),
  quoteInvalid: badRequest("QUOTE_TEXT_INVALID"),
  copyNotFound: badRequest("message to copy not found"),
  cantCopy: badRequest("message can't be copied"),
  forwardNotFound: badRequest("message to forward not found"),
  nothingToForward: badRequest("there are no messages to forward"),
  idsNotIncreasing: badRequest("message identifiers must be in a strictly increasing order"),
  tooManyToForward: badRequest("too many messages to forward"),
  protectedContent: badRequest("message has protected content and can't be forwarded"),
  editNotFound: badRequest("message to edit not found"),
  cantEdit: badRequest("message can't be edited"),
  notModified: badRequest(
    "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
  ),
  noTextToEdit: badRequest("there is no text in the message to edit"),
  noCaptionToEdit: badRequest("there is no caption in the message to edit"),
  deleteNotFound: badRequest("message to delete not found"),
  cantDelete: badRequest("message can't be deleted"),
  cantDeleteForEveryone: badRequest("message can't be deleted for everyone"),
  reactNotFound: badRequest("message to react not found"),
  reactionInvalid: badRequest("REACTION_INVALID"),
  pinNotFound: badRequest("message to pin not found"),
  cantPin: badRequest("not enough rights to manage pinned messages in the chat"),
  queryTooOld: badRequest("query is too old and response timeout expired or query ID is invalid"),

  wrongFile: badRequest("wrong file identifier/HTTP URL specified"),
  fileUnavailable: badRequest("wrong file_id or the file is temporarily unavailable"),
  fileTooBig: badRequest("file is too big"),
  wrongAlbumMedia: badRequest("can't use the media of the specified type in the album"),
  albumTooLong: badRequest("too many messages to send as an album"),
};

/** Real texts that the catalogue lacks, all of them mistakes in how a method is called. */
export const uncataloguedFailures = {
  messageIdMissing: badRequest("message identifier is not specified"),
  cantParseJson: (what: string) => new TelegramFailure(400, `Bad Request: can't parse ${what} JSON object`),
  unsupportedParseMode: badRequest("unsupported parse_mode"),
  textButtonsInline: badRequest("text buttons are unallowed in the inline keyboard"),
  commandInvalid: badRequest("BOT_COMMAND_INVALID"),
  commandsTooMany: badRequest("BOT_COMMANDS_TOO_MUCH"),
  albumEmpty: badRequest("there are no messages to send"),
  albumTooShort: badRequest("wrong number of messages to send as an album"),
  pollOptions: badRequest("poll must have at least 1 option"),
  pollQuestion: badRequest("poll question must be non-empty"),
  pollAlreadyClosed: badRequest("poll has already been closed"),
  tooManyReactions: badRequest("REACTIONS_TOO_MANY"),
  entityOffset: (offset: unknown) =>
    new TelegramFailure(400, `Bad Request: receive an entity with incorrect offset ${String(offset)}`),
  entityLength: (length: unknown) =>
    new TelegramFailure(400, `Bad Request: receive an entity with incorrect length ${String(length)}`),
  entityBeginsAfterEnd: (offset: number) =>
    new TelegramFailure(
      400,
      `Bad Request: entity begins after the end of the text at UTF-16 offset ${offset}`,
    ),
  entityEndsAfterEnd: (offset: number, end: number) =>
    new TelegramFailure(
      400,
      `Bad Request: entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`,
    ),
  entityBeginsInSymbol: (byte: number) =>
    new TelegramFailure(
      400,
      `Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset ${byte}`,
    ),
  entityEndsInSymbol: (offset: number, byte: number) =>
    new TelegramFailure(
      400,
      `Bad Request: entity beginning at UTF-16 offset ${offset} ends in a middle of a UTF-16 symbol at byte offset ${byte}`,
    ),
  tooManyToDelete: badRequest("too many message identifiers specified"),
  wrongParameter: (what: string) => new TelegramFailure(400, `Bad Request: ${what}`),
};
