import type { RichText } from "../texts/rich-text.ts";

/* A message in the desk's own words, whichever channel it comes by and leaves by. */

export type AttachmentKind =
  | "photo"
  | "video"
  | "animation"
  | "audio"
  | "document"
  | "voice"
  | "video_note"
  | "sticker";

/** A file, by where its bytes are: `telegram:<file id>`, or an `https:` URL. */
export interface Attachment {
  kind: AttachmentKind;
  file: string;
  name?: string;
  /** It is covered until its reader wants to see it. */
  spoiler?: boolean;
}

/** How the first link of a text, or another one, is shown. */
export interface Preview {
  shown: boolean;
  url?: string;
  size?: "small" | "large";
  /** Above the text. */
  above?: boolean;
}

export interface Message {
  text: RichText;
  attachments?: readonly Attachment[];
  preview?: Preview;
  /** The text stands above the file. */
  textAbove?: boolean;
}

/** Something to press: it comes back as `press`, copies a text, or opens a page. */
export type Button = { text: string } & ({ press: string } | { copies: string } | { opens: string });

/** How a message stands in its conversation. A channel that has no such thing leaves it out. */
export interface Place {
  /** The message of the conversation that it answers. `quote` stands there at `position`, in UTF-16 units. */
  answers?: { messageId: number; quote?: { text: RichText; position: number } };
  /** The part of the conversation in which it is said, where a conversation has parts: a topic. */
  topic?: number;
  buttons?: readonly (readonly Button[])[];
  /** Asks what it is about; null: no ticket. Only channels that say so in a message need it. */
  about?: () => About | null;
}

/** A ticket, as a message about it names it. */
export interface About {
  /** Such as `"SUP-1"`. */
  ref: string;
  subject: string;
  /** What the channel calls the customer's latest message (`Incoming.name`); null: there is none, or it has no name. */
  latest: string | null;
}

/** A position as it was last sent; lengths in metres, the heading in degrees. */
export interface Position {
  latitude: number;
  longitude: number;
  /** Seconds for which it keeps moving; absent once it has stopped. */
  livePeriod?: number;
  horizontalAccuracy?: number;
  heading?: number;
  proximityAlertRadius?: number;
}
