import * as english from "./en/english.ts";
import { plain, type RichText } from "./rich-text.ts";

/** What every language has words for: the compiler compares the modules. */
export type Language = typeof english;

type Sayable = {
  [Name in keyof Language]: Language[Name] extends (...facts: never[]) => RichText | string ? Name : never;
}[keyof Language];

type NoticeOf<Name extends Sayable> = { notice: Name; facts: Parameters<Language[Name]> };

/**
 * Something to be said, as it waits to leave: which of the texts, and its facts, as JSON. It is put into words when it
 * leaves. Rows hold the name: a text that is renamed, or takes its facts otherwise, is another one.
 */
export type Notice = { [Name in Sayable]: NoticeOf<Name> }[Sayable];

export function notice<Name extends Sayable>(name: Name, ...facts: Parameters<Language[Name]>): Notice {
  return { notice: name, facts } as NoticeOf<Name> as Notice;
}

export function inWords({ notice: name, facts }: Notice, language: Language = english): RichText {
  const say = language[name] as (...facts: unknown[]) => RichText | string;
  const said = say(...facts);
  return typeof said === "string" ? plain(said) : said;
}
