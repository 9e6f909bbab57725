import type { VersionNote } from "../../domain/config/version-note.ts";
import type { DeskNote, Note } from "../../domain/ticket/note.ts";

/** Why the desk did what it did. */

const DESK_NOTES: { [Reason in DeskNote["reason"]]: (note: NoteOf<Reason>) => string } = {
  customer_wrote: () => "customer wrote",
  resolved_and_quiet: () => "resolved and quiet",
  taken_over: ({ from }) => `taken over from ${from}`,
  nobody_could_take_it: () => "nobody could take it",
  queue_of_another_group: ({ queue }) => `the queue ${queue} belongs to another group now`,
  queue_gone: ({ queue }) => `the queue ${queue} is not there any more`,
  group_gone: ({ group }) => `the group ${group} is not there any more`,
};

type NoteOf<Reason extends DeskNote["reason"]> = Extract<DeskNote, { reason: Reason }>;

/** The same of a version of the configuration: such as `"chat -100 became -200"`. */
export function versionNoteWords(note: VersionNote): string {
  if (typeof note === "string") return note;
  return note.reason === "chat_moved"
    ? `chat ${note.from} became ${note.to}`
    : `version ${note.version} of group ${note.group}, which the record had lost`;
}

/** What people wrote, and what an earlier release has stored in words, as it is. */
export function noteWords(note: Note): string {
  if (typeof note === "string") return note;
  const say = DESK_NOTES[note.reason] as (facts: DeskNote) => string;
  return say(note);
}
