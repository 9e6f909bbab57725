import type { MessageEntity } from "grammy/types";
import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { instantWords, relativeWords, timeWords, worldNow } from "../model/clock.ts";

/** A text with Telegram's formatting. Offsets are UTF-16 units, as JavaScript's are. */
export function FormattedText({
  text,
  entities = [],
}: {
  text: string;
  entities?: readonly MessageEntity[] | undefined;
}) {
  const sorted = [...entities].sort((one, other) => one.offset - other.offset || other.length - one.length);
  return <>{pieces(text, 0, text.length, sorted)}</>;
}

/** What stands between two offsets; entities that begin inside another one are nested in it. */
function pieces(
  text: string,
  from: number,
  to: number,
  entities: readonly MessageEntity[],
): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index]!;
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset > at) parts.push(text.slice(at, entity.offset));
    let next = index + 1;
    while (next < entities.length && entities[next]!.offset < end) next += 1;
    const inner = pieces(text, entity.offset, end, entities.slice(index + 1, next));
    parts.push(styled(entity, text.slice(entity.offset, end), inner));
    at = end;
    index = next;
  }
  if (at < to) parts.push(text.slice(at, to));
  return parts;
}

function styled(entity: MessageEntity, text: string, inner: ComponentChildren[]): VNode {
  switch (entity.type) {
    case "bold":
      return <b>{inner}</b>;
    case "italic":
      return <i>{inner}</i>;
    case "underline":
      return <u>{inner}</u>;
    case "strikethrough":
      return <s>{inner}</s>;
    case "code":
      return <code>{inner}</code>;
    case "pre":
      return <pre>{inner}</pre>;
    case "blockquote":
    case "expandable_blockquote":
      return <blockquote>{inner}</blockquote>;
    case "spoiler":
      return <Spoiler>{inner}</Spoiler>;
    case "text_link":
      return <Link href={entity.url}>{inner}</Link>;
    case "url":
      return <Link href={/^\w+:/.test(text) ? text : `https://${text}`}>{inner}</Link>;
    case "email":
      return <Link href={`mailto:${text}`}>{inner}</Link>;
    case "date_time":
      return <Instant at={entity.unix_time * 1_000} format={entity.date_time_format} />;
    case "mention":
    case "hashtag":
    case "cashtag":
    case "bot_command":
    case "phone_number":
    case "text_mention":
      return <span class="linkish">{inner}</span>;
    default:
      return <>{inner}</>;
  }
}

/** Only the web is opened; what leads into Telegram is shown as a link that leads nowhere here. */
function Link({ href, children }: { href: string; children: ComponentChildren }) {
  if (!/^(https?|mailto):/i.test(href)) {
    return (
      <span class="linkish" title={href}>
        {children}
      </span>
    );
  }
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** An instant in the reader's own zone. */
function Instant({ at, format }: { at: number; format: string }) {
  const words =
    format === "r" ? relativeWords(at, worldNow()) : /d/i.test(format) ? instantWords(at) : timeWords(at);
  return (
    <time dateTime={new Date(at).toISOString()} title={new Date(at).toISOString()}>
      {words}
    </time>
  );
}

function Spoiler({ children }: { children: ComponentChildren }) {
  const [isShown, show] = useState(false);
  return isShown ? (
    <span class="spoiler shown">{children}</span>
  ) : (
    <button type="button" class="spoiler" aria-label="Hidden text, press to show" onClick={() => show(true)}>
      <span aria-hidden="true">{children}</span>
    </button>
  );
}
