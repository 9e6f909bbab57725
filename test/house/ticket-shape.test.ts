import { expect, test } from "vitest";
import { TICKET_SHAPE } from "../../src/domain/ticket/ticket.ts";
import { opened, states } from "../support/tickets.ts";

test("a ticket of another shape has another number of its shape, so that stored ones are folded anew", () => {
  const [ticket] = states([opened(1)]);
  // With another key here goes the next number.
  expect({ shape: TICKET_SHAPE, keys: Object.keys(ticket).sort() }).toMatchInlineSnapshot(`
    {
      "keys": [
        "assignee",
        "awaitingSince",
        "changedAt",
        "claimedAt",
        "closedAt",
        "customer",
        "declined",
        "escalation",
        "fields",
        "firstAnsweredAt",
        "firstResponseEndedAt",
        "followUpOf",
        "group",
        "handedAt",
        "heldUntil",
        "home",
        "id",
        "language",
        "movedTo",
        "number",
        "openedAt",
        "owedSince",
        "payload",
        "phases",
        "priority",
        "prioritySet",
        "profile",
        "queue",
        "queueSet",
        "ref",
        "reminders",
        "reopenings",
        "requireSkills",
        "resolvedAt",
        "shape",
        "status",
        "statusBy",
        "subject",
        "tags",
        "tier",
        "topicId",
        "topicsLost",
        "turns",
        "unreachable",
        "version",
        "waitingSince",
      ],
      "shape": 8,
    }
  `);
});
