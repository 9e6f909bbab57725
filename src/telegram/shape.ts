/*
 * Whether an update has the shape that the code after it relies on. Only what the desk reads is checked; other keys
 * pass through.
 */

/** What a known kind of update lacks, or has otherwise than Telegram documents; `message` is a place, never a value. */
export class Unreadable extends Error {
  constructor(place: string) {
    super(place);
    this.name = "Unreadable";
  }
}

/** Seconds since 1970 up to the year 2500: beyond it no date can be computed with. */
const DATE_MAX = 16_725_225_600;

type Check = (value: unknown, place: string) => void;
type Shape = Readonly<Record<string, Check>>;

const text: Check = (value, place) => {
  if (typeof value !== "string") throw new Unreadable(place);
};
const integer: Check = (value, place) => {
  if (!Number.isSafeInteger(value)) throw new Unreadable(place);
};
const number: Check = (value, place) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Unreadable(place);
};
const natural: Check = (value, place) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Unreadable(place);
};
const date: Check = (value, place) => {
  natural(value, place);
  if ((value as number) > DATE_MAX) throw new Unreadable(place);
};
const positive: Check = (value, place) => {
  if (!Number.isSafeInteger(value) || (value as number) <= 0) throw new Unreadable(place);
};
const anything: Check = () => undefined;

function maybe(check: Check): Check {
  return (value, place) => {
    if (value !== undefined) check(value, place);
  };
}

function list(check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) throw new Unreadable(place);
    for (const part of value) check(part, `${place}[]`);
  };
}

function record(shape: Shape): Check {
  return (value, place) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unreadable(place);
    for (const [name, check] of Object.entries(shape))
      check((value as Record<string, unknown>)[name], `${place}.${name}`);
  };
}

const chat = record({ id: integer, type: text, title: maybe(text) });
const user = record({
  id: positive,
  first_name: maybe(text),
  last_name: maybe(text),
  username: maybe(text),
  language_code: maybe(text),
});
const entity = record({
  type: text,
  offset: natural,
  length: natural,
  user: maybe(user),
});
const file = record({ file_id: text, file_unique_id: maybe(text) });
const replied = record({
  message_id: natural,
  text: maybe(text),
  entities: maybe(list(entity)),
  from: maybe(anything),
});

const message = record({
  message_id: natural,
  date,
  edit_date: maybe(date),
  chat,
  from: maybe(user),
  sender_chat: maybe(record({ id: integer })),
  message_thread_id: maybe(natural),
  media_group_id: maybe(text),
  text: maybe(text),
  entities: maybe(list(entity)),
  caption: maybe(text),
  caption_entities: maybe(list(entity)),
  reply_to_message: maybe(replied),
  quote: maybe(record({ text, position: maybe(natural), entities: maybe(list(entity)) })),
  photo: maybe(list(file)),
  video: maybe(file),
  animation: maybe(file),
  audio: maybe(file),
  document: maybe(file),
  location: maybe(
    record({
      latitude: number,
      longitude: number,
      live_period: maybe(number),
      horizontal_accuracy: maybe(number),
      heading: maybe(number),
      proximity_alert_radius: maybe(number),
    }),
  ),
  contact: maybe(record({ phone_number: text, user_id: maybe(integer) })),
  poll: maybe(record({ correct_option_ids: maybe(list(anything)) })),
  checklist: maybe(record({ tasks: maybe(list(record({}))) })),
  link_preview_options: maybe(record({})),
  forum_topic_created: maybe(record({ name: text })),
  left_chat_member: maybe(record({})),
});

const KINDS: Shape = {
  message,
  edited_message: message,
  callback_query: record({
    id: text,
    from: user,
    data: maybe(text),
    message: maybe(record({ message_id: natural, chat })),
  }),
  message_reaction: record({
    chat,
    message_id: natural,
    user: maybe(user),
    new_reaction: list(record({ type: text, emoji: maybe(text), custom_emoji_id: maybe(text) })),
  }),
  my_chat_member: record({ chat, from: user, new_chat_member: record({ status: text }) }),
};

/** Throws `Unreadable` where a kind that the desk reads has another shape than it documents. */
export function checkShape(update: Readonly<Record<string, unknown>>): void {
  for (const [kind, check] of Object.entries(KINDS)) {
    if (update[kind] !== undefined) check(update[kind], kind);
  }
}
