import type { TicketEvent } from "../domain/ticket/event.ts";
import { PROGRAM_LANGUAGE } from "./languages.ts";

/** An event as programs and the record are told it: the desk's own reasons in words, as earlier releases stored them. */
export function eventForPrograms(event: TicketEvent): TicketEvent {
  if (!("note" in event) || event.note === undefined) return event;
  return { ...event, note: PROGRAM_LANGUAGE.noteWords(event.note) };
}
