import type { Priority } from "../../priority.ts";
import type { InternalNote } from "../note.ts";
import { notifyTopic, type EventRows, type Happened, type NotifiesTopic } from "./row.ts";

/** What a ticket is about. */
export type FactEvent =
  | (Happened & { type: "priority_changed"; priority: Priority; previous: Priority })
  | (Happened & { type: "tags_changed"; added: string[]; removed: string[] })
  | (Happened & { type: "field_answered"; field: string; option: string; previousOption?: string | null })
  | (Happened & { type: "intake_released"; why: "answered" | "waited" })
  | (Happened & { type: "note_added"; text: InternalNote });

export type FactTopicNotice = { code: "intake.waited" };

type FactEffect = NotifiesTopic<FactTopicNotice> | { kind: "receipt" } | { kind: "enrichment" };

/** After an erasure neither the field nor the option is known. */
function answer(field: string | undefined, option: string | null | undefined): unknown {
  return field === undefined || option === undefined ? undefined : { [field]: option };
}

export const FACT_EVENTS = {
  priority_changed: {
    about: "It has another priority",
    webhook: "ticket.priority_changed",
    facts: { priority: "told", previous: "told" },
    outlives: ["priority", "previous"],
    changes: { priority: { was: "previous", is: "priority" } },
    evolve(draft, { at, by, priority, previous }, before) {
      draft.priority = priority;
      if (by.kind === "system" && by.rule === "escalation")
        draft.raisedFrom = [...(before.raisedFrom ?? []), { at, priority: previous }];
      else delete draft.raisedFrom;
      draft.prioritySet ||= by.kind === "agent" || by.kind === "key";
    },
    react: null,
  },
  tags_changed: {
    about: "It has other tags",
    webhook: "ticket.tags_changed",
    facts: { added: "told", removed: "told" },
    outlives: [],
    changes: { tags: { was: "removed", is: "added" } },
    evolve(draft, { added, removed }, before) {
      draft.tags = [...before.tags.filter((tag) => !removed.includes(tag)), ...added];
    },
    react: null,
  },
  field_answered: {
    about: "An intake field has an answer",
    webhook: "ticket.fields_changed",
    facts: { field: "told", option: "told", previousOption: "kept" },
    outlives: [],
    changes: {
      fields: {
        was: ({ field, previousOption }) => answer(field, previousOption),
        is: ({ field, option }) => answer(field, option),
      },
    },
    evolve(draft, { field, option }, before) {
      draft.fields = { ...before.fields, [field]: option };
    },
    react: ({ field }) =>
      field === "category" ? [{ kind: "receipt" }, { kind: "enrichment" }] : [{ kind: "receipt" }],
  },
  intake_released: {
    about: "It waits no longer for intake answers",
    webhook: null,
    facts: { why: "kept" },
    outlives: [],
    changes: {},
    evolve(draft) {
      draft.heldUntil = null;
    },
    react: ({ why }) => (why === "waited" ? [notifyTopic({ code: "intake.waited" })] : []),
  },
  note_added: {
    about: "An internal note was written",
    webhook: "ticket.noted",
    silent: true,
    facts: { text: "words" },
    outlives: [],
    changes: {},
    evolve: null,
    react: null,
  },
} satisfies EventRows<FactEvent, FactEffect>;
