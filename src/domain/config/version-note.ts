/** Why the desk itself stored a version of the configuration: a code with its facts, which `texts/` puts into words. */
type VersionReason =
  /** A group became a supergroup, which has another chat id [Bot API: migrate_to_chat_id]. */
  | { reason: "chat_moved"; from: number; to: number }
  /** D1 was brought back to an older day: a group's object still had this version. */
  | { reason: "lost_by_the_record"; version: number; group: string };

/** What the author of a version wrote, or the desk's own reason; earlier releases have stored that in English. */
export type VersionNote = string | VersionReason;

export function storedVersionNote(note: VersionNote | undefined): string | null {
  return typeof note === "object" ? JSON.stringify(note) : (note ?? null);
}

/** As it was stored; `isDesks`: the version is the desk's own, not an author's whose note may look like anything. */
export function readVersionNote(stored: string | null, isDesks: boolean): VersionNote | null {
  return isDesks && stored?.startsWith('{"reason":') === true
    ? (JSON.parse(stored) as VersionReason)
    : stored;
}
