import * as english from "./en/english.ts";

export type { AboutTicket } from "./en/agent.ts";
export type { AtRiskLine, Listed, QueueLine, QueueSign, TeamLine, WaitsFor } from "./en/lists.ts";

/** What every language has words for: the compiler compares the modules. */
export type Language = typeof english;

const LANGUAGES: Readonly<Partial<Record<string, Language>>> = { en: english };

/** The staff's language, also for customers whose language the desk does not speak. */
export const DESK_LANGUAGE: Language = english;

/** What programs read in the API, in webhooks and in the record: always the same, so that they may compare it. */
export const PROGRAM_LANGUAGE: Language = english;

/** What a reader gets; `tag`: the language of their app (IETF), null where that is not known. */
export function languageOf(tag: string | null): Language {
  return LANGUAGES[tag?.toLowerCase().split("-")[0] ?? ""] ?? DESK_LANGUAGE;
}
