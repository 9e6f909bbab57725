import { unformatted } from "../../telegram/formatted.ts";
import type { ReplaceableMedia, Writing } from "../../telegram/message.ts";
import { plain } from "../../texts/rich-text.ts";
import type { Attachment, AttachmentKind, Message } from "../message.ts";
import { previewOf } from "./words.ts";

/** What a message of Telegram's says, for a channel to which Telegram cannot copy it; null: nothing but what Telegram shows. */
export function messageOfWriting(writing: Writing): Message | null {
  const { text, said, entities, media, otherFile, preview = null } = writing;
  const file = media ?? otherFile ?? null;
  if (file === null && said === null) return null;
  return {
    text: text === null ? plain(file === null ? said! : "") : unformatted({ text, entities }),
    ...(file === null ? {} : { attachments: [attachmentOf(file)] }),
    ...(media?.captionAbove === true ? { textAbove: true } : {}),
    ...(preview === null ? {} : { preview: previewOf(preview) }),
  };
}

type TelegramsFile = { type: AttachmentKind } & Pick<ReplaceableMedia, "fileId"> &
  Partial<Pick<ReplaceableMedia, "spoiler">>;

/** A file of Telegram's. */
export function attachmentOf({ type, fileId, spoiler }: TelegramsFile): Attachment {
  return { kind: type, file: `telegram:${fileId}`, ...(spoiler === true ? { spoiler } : {}) };
}
