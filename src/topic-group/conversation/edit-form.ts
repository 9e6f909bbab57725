import type { RowOf } from "../drain/work-handler.ts";
import type { MessageRow, Messages } from "../tables/messages.ts";
import type { MirrorEdit } from "../tables/shapes.ts";
import { channelOf } from "./where.ts";

/** Whether an edit comes to a message of its own, because the copy cannot be edited that way. */
export function makesMessage({ payload }: RowOf<"mirror_edit">, messages: Messages): boolean {
  const { what } = feasible(payload.edit, messages.byOriginal(payload.of), messages);
  return what === "again" || what === "joined";
}

/**
 * The edit that can be made: a copy that holds other texts too is not overwritten by one of them, and if the copy is
 * unknown a new one is sent. Where the channel edits nothing the new text follows, with its file.
 */
export function feasible(edit: MirrorEdit, row: MessageRow | undefined, messages: Messages): MirrorEdit {
  if (row === undefined || edit.what === "location") return edit;
  if (row.copyId === null) return { what: "again", alone: true };
  if (channelOf(row.lane).edit === undefined && edit.what !== "again") {
    const media = edit.what === "media" ? { media: edit.media } : {};
    return { what: "joined", text: edit.text, entities: edit.entities, ...media };
  }
  if (!messages.sharesCopy(row)) return edit;
  if (edit.what === "text") return { what: "joined", text: edit.text, entities: edit.entities };
  return edit.what === "joined" ? edit : { what: "again" };
}
