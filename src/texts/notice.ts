import type * as notices from "./en/notices.ts";
import { DESK_LANGUAGE, type Language } from "./languages.ts";
import { plain, type RichText } from "./rich-text.ts";

type Notices = typeof notices;
type Sayable = {
  [Name in keyof Notices]: Notices[Name] extends (...facts: never[]) => RichText | string ? Name : never;
}[keyof Notices];

type NoticeOf<Name extends Sayable> = { notice: Name; facts: Parameters<Notices[Name]> };

/**
 * Something to be said, as it waits to leave: which of the texts, and its facts, as JSON. It is put into words when it
 * leaves. Rows hold the name: a text that is renamed, or takes its facts otherwise, is another one.
 */
export type Notice = { [Name in Sayable]: NoticeOf<Name> }[Sayable];

export function notice<Name extends Sayable>(name: Name, ...facts: Parameters<Notices[Name]>): Notice {
  return { notice: name, facts } as NoticeOf<Name> as Notice;
}

export function inWords({ notice: name, facts }: Notice, language: Language = DESK_LANGUAGE): RichText {
  const say = language[name] as (...facts: unknown[]) => RichText | string;
  const said = say(...facts);
  return typeof said === "string" ? plain(said) : said;
}
