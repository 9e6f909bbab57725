import { sql, type SQL } from "drizzle-orm";
import { SEARCH_WORDS_MAX } from "./limits.ts";

/*
 * What people look for, as the full text index understands it. Nothing of it is ever syntax: only letters, digits and
 * the marks that belong to them are taken over, in quotes. The other half stands in `migrations/record/0004_search.sql`:
 * texts are indexed as they are asked for here.
 */

/** Written without spaces between words: each sign is a word of its own in the index. */
const SIGNS = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\u{20000}-\\u{33fff}";
const RUN = new RegExp(`[${SIGNS}]+|[[\\p{L}\\p{N}\\p{M}\\p{Co}]--[${SIGNS}]]+`, "gv");
const IS_SIGNS = new RegExp(`^[${SIGNS}]`, "v");

/** The words of a text, at most `SEARCH_WORDS_MAX`; a run of signs without spaces is one. */
export function wordsOf(text: string): string[] {
  const plain = text.replaceAll("ё", "е").replaceAll("Ё", "Е");
  const runs = [...plain.matchAll(RUN)].map(([word]) => word);
  return runs.filter((word) => !/^\p{M}+$/u.test(word)).slice(0, SEARCH_WORDS_MAX);
}

/**
 * Finds texts that have every word, or one that begins with it; a single letter or digit only as it is, because too
 * much begins with it. Null: there is nothing to look for.
 */
export function matchAll(words: readonly string[]): string | null {
  return words.length === 0 ? null : words.map(term).join(" AND ");
}

/** Finds texts with all of the tags, and some near misses. Null: no tag has a letter or digit. */
export function matchTags(tags: readonly string[]): string | null {
  const phrases = tags.map(wordsOf).filter((words) => words.length > 0);
  if (phrases.length === 0) return null;
  return phrases.map((words) => `tags : "${words.flatMap(spelt).join(" ")}"`).join(" AND ");
}

/**
 * A number of the full text index. D1 binds every number as one with a fraction, and by such a one FTS5 does not find its
 * place: it begins at the beginning.
 */
export function rowid(value: number): SQL {
  return sql`CAST(${value} AS INTEGER)`;
}

function term(word: string): string {
  if (IS_SIGNS.test(word)) return `"${spelt(word).join(" ")}"`;
  return Array.from(word).length === 1 ? `"${word}"` : `"${word}"*`;
}

function spelt(word: string): string[] {
  return IS_SIGNS.test(word) ? Array.from(word) : [word];
}
