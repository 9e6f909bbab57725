import type { Message } from "grammy/types";

/*
 * The mark of a message: what is kept of its content to tell an edit that changes something from one that does not.
 * It begins with the file, or the kind, and ends with a keyed hash of 32 bits: far too little to give a text back.
 */

/** A key for marks, from a secret that is not stored where the marks are. */
export type MarkKey = readonly [number, number];

export function markKeyOf(secret: string): MarkKey {
  return [halfSipHash(secret, [0x746f7069, 0x63646573]), halfSipHash(secret, [0x65646974, 0x6d61726b])];
}

/** What a mark says of the content besides its hash. */
export interface Marked {
  /** `file_unique_id` of a file, null for content without one. */
  file: string | null;
  /** `text` and `media` can be replaced by an edit; null where an earlier release noted nothing. */
  kind: "text" | "media" | "other" | null;
}

export function markOf(
  content: Partial<Message>,
  { file, kind }: { file: string | null; kind: string },
  key: MarkKey,
): string {
  const head = kind === "text" || kind === "media" ? (file ?? "") : `~${kind}`;
  const hash = halfSipHash(JSON.stringify(essence(content, "")), key);
  return `${head}#${hash.toString(36)}`;
}

export function readMark(mark: string | null): Marked {
  if (mark === null) return { file: null, kind: null };
  const end = mark.lastIndexOf("#");
  // Before marks only the id of a replaceable file was kept.
  if (end < 0) return { file: mark, kind: "media" };
  const head = mark.slice(0, end);
  if (head.startsWith("~")) return { file: null, kind: "other" };
  return head === "" ? { file: null, kind: "text" } : { file: head, kind: "media" };
}

/** Whether two marks are of the same content; a row of an earlier release does not say. */
export function isSameContent(kept: string | null, mark: string | undefined): boolean {
  return kept !== null && kept.includes("#") && kept === mark;
}

/** Changes without an edit: votes, ticks, previews and what Telegram knows of a file. */
const PASSING: ReadonlySet<string> = new Set([
  "voter_count",
  "total_voter_count",
  "is_closed",
  "completed_by_user",
  "completed_by_chat",
  "completion_date",
  "thumbnail",
  "thumb",
  "file_size",
]);
/** A person or chat counts by its id: names change. */
const PEERS: ReadonlySet<string> = new Set(["user", "chat", "added_by_user", "added_by_chat"]);

function essence(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  // The sizes of one picture: the largest comes last.
  if (Array.isArray(value))
    return name === "photo" ? essence(value.at(-1), "") : value.map((part) => essence(part, ""));
  const fields = value as Record<string, unknown>;
  if (PEERS.has(name)) return fields["id"];
  if (typeof fields["file_unique_id"] === "string") return fields["file_unique_id"];
  const known = Object.keys(fields).filter((field) => !PASSING.has(field) && fields[field] !== undefined);
  return known.sort().map((field) => [field, essence(fields[field], field)]);
}

/** HalfSipHash-2-4 over UTF-16 code units: a keyed hash of 32 bits (Aumasson and Bernstein). */
function halfSipHash(text: string, [k0, k1]: MarkKey): number {
  let v0 = k0;
  let v1 = k1;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  const rounds = (count: number): void => {
    for (let round = 0; round < count; round += 1) {
      v0 = (v0 + v1) | 0;
      v1 = rotated(v1, 5) ^ v0;
      v0 = rotated(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotated(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotated(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotated(v1, 13) ^ v2;
      v2 = rotated(v2, 16);
    }
  };
  const mix = (word: number): void => {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  };
  const even = text.length - (text.length % 2);
  for (let at = 0; at < even; at += 2) mix(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
  mix((text.length << 24) | (even < text.length ? text.charCodeAt(even) : 0));
  v2 ^= 0xff;
  rounds(4);
  return (v1 ^ v3) >>> 0;
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
