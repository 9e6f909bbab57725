import { unformatted } from "../../telegram/formatted.ts";
import type { ReplaceableMedia, Writing } from "../../telegram/message.ts";
import { plain } from "../../texts/rich-text.ts";
import type { Attachment, Message } from "../message.ts";
import { previewOf } from "./words.ts";

/** What a message of Telegram's says, for a channel to which Telegram cannot copy it. */
export function messageOfWriting({ text, said, entities, media, preview = null }: Writing): Message {
  return {
    text: text === null ? plain(said ?? "") : unformatted({ text, entities }),
    ...(media === null ? {} : { attachments: [attachmentOf(media)], textAbove: media.captionAbove }),
    ...(preview === null ? {} : { preview: previewOf(preview) }),
  };
}

/** A file of Telegram's. */
export function attachmentOf({ type, fileId, spoiler }: ReplaceableMedia): Attachment {
  return { kind: type, file: `telegram:${fileId}`, ...(spoiler ? { spoiler } : {}) };
}
