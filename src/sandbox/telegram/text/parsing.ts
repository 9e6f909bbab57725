import type { MessageEntity } from "grammy/types";

export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** Telegram counts in bytes where it complains about markup. */
export function byteOffset(text: string, index: number): number {
  return new TextEncoder().encode(text.slice(0, index)).length;
}

/** The entity of a link: a mention, a link, or nothing if the address is invalid. */
export function linkEntity(url: string, place: { offset: number; length: number }): MessageEntity | null {
  const userId = /^tg:\/\/user\?id=(\d+)$/i.exec(url)?.[1];
  if (userId) {
    return {
      type: "text_mention",
      ...place,
      user: { id: Number(userId), is_bot: false, first_name: "" },
    };
  }
  const checked = checkedLink(url);
  return checked ? { type: "text_link", ...place, url: checked } : null;
}

function checkedLink(url: string): string | null {
  const trimmed = url.trim();
  if (/^(https?|ftp|tg|ton|tonsite):\/\/\S+$/i.test(trimmed)) return withRootPath(trimmed);
  if (/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([/?#]\S*)?$/u.test(trimmed))
    return withRootPath(`http://${trimmed}`);
  return null;
}

function withRootPath(url: string): string {
  return /^https?:\/\/[^/?#]+$/i.test(url) ? `${url}/` : url;
}
