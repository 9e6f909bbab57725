import { describe, expect, test } from "vitest";
import { NO_TEAM } from "../../src/domain/routing/taking-over.ts";
import { dueAt } from "../../src/domain/ticket/advance.ts";
import type { TicketCommand } from "../../src/domain/ticket/command.ts";
import { decide } from "../../src/domain/ticket/decide.ts";
import { evolve } from "../../src/domain/ticket/evolve.ts";
import { TICKET_STATUSES, type TicketStatus } from "../../src/domain/ticket/status.ts";
import type { Ticket } from "../../src/domain/ticket/ticket.ts";
import fc from "../support/fast-check.ts";
import { BORIS, CUSTOMER, DAY, given, HOUR, MINUTE, NOON, OLGA, POLICY, Scene, wrote } from "./given.ts";

const claim = { type: "agent_claimed", by: OLGA } as const;
const answer = { type: "agent_answered", by: OLGA } as const;
const resolve = { type: "agent_resolved", by: OLGA } as const;
const close = { type: "agent_closed", by: OLGA } as const;
const reopen = { type: "agent_reopened", by: OLGA } as const;
const tick = { type: "clock_struck", team: NO_TEAM } as const;

describe("a ticket's life", () => {
  test("a customer's first message opens it, with its reference and the group's default queue", () => {
    const scene = given().when(wrote()).then("ticket_opened").thenStatus("open");
    expect(scene.ticket).toMatchObject({
      id: "main:1042",
      ref: "SUP-1042",
      queue: "general",
      priority: "normal",
      version: 1,
    });
  });

  test("claiming, answering, the customer's reply, resolving and closing lead through every status", () => {
    given(wrote())
      .when(claim)
      .then("ticket_claimed")
      .thenStatus("in_progress")
      .when(answer)
      .then("ticket_answered")
      .thenStatus("waiting")
      .when(wrote())
      .then("customer_replied")
      .thenStatus("in_progress")
      .when(resolve)
      .then("ticket_resolved")
      .thenStatus("resolved")
      .when(close)
      .then("ticket_closed")
      .thenStatus("closed");
  });

  test("every transition says who, when, from where to where, and why", () => {
    const scene = given(wrote(), claim).when({ ...resolve, note: "new toner" });
    expect(scene.events.at(-1)).toEqual({
      type: "ticket_resolved",
      at: scene.now,
      by: OLGA,
      from: "in_progress",
      to: "resolved",
      note: "new toner",
    });
    expect(scene.ticket!.statusBy).toEqual({ by: OLGA, at: scene.now, note: "new toner" });
  });

  test("further messages of the same turn change nothing about the ticket", () => {
    given(wrote()).when(wrote()).then();
    given(wrote(), claim).when(wrote()).then();
  });

  test("each turn of the customer begins once", () => {
    given(wrote(), answer, wrote()).when(wrote()).then();
  });
});

describe("its assignee", () => {
  test("tells the second of two agents who claim who was first, and the ticket's status", () => {
    given(wrote(), claim)
      .when({ type: "agent_claimed", by: BORIS })
      .thenRefused({
        code: "ticket.claimed_by_other",
        status: "in_progress",
        assignee: { id: OLGA.id, name: "Olga" },
      });
  });

  test("claiming twice makes one transition, and the second time answers who has it", () => {
    given(wrote(), claim).when(claim).thenAlready({ code: "ticket.already_claimed" });
  });

  test("an agent's first answer claims an unclaimed ticket", () => {
    const scene = given(wrote()).when(answer).then("ticket_claimed", "ticket_answered").thenStatus("waiting");
    expect(scene.ticket!.assignee).toEqual({ id: OLGA.id, name: "Olga" });
  });

  test("an agent's first answer claims nothing where the desk does not want that", () => {
    const scene = new Scene({ ...POLICY, claimOnAnswer: false }).given(wrote());
    scene.when(answer).then("ticket_answered").thenStatus("waiting");
    expect(scene.ticket!.assignee).toBeNull();
    scene.when(wrote()).thenStatus("open");
  });

  test("another agent's answer does not take a claimed ticket away", () => {
    const scene = given(wrote(), claim).when({ type: "agent_answered", by: BORIS }).then("ticket_answered");
    expect(scene.ticket!.assignee!.name).toBe("Olga");
  });

  test("only its assignee or a lead gives a ticket back", () => {
    const scene = given(wrote(), claim);
    scene.when({ type: "agent_unclaimed", by: BORIS, lead: false }).thenRefused({ code: "ticket.not_yours" });
    scene
      .when({ type: "agent_unclaimed", by: BORIS, lead: true })
      .then("ticket_unclaimed")
      .thenStatus("open");
    scene
      .when({ type: "agent_unclaimed", by: OLGA, lead: false })
      .thenAlready({ code: "ticket.already_unclaimed" });
  });

  test("assigning moves an open ticket into progress, and says so once", () => {
    const assign: TicketCommand = {
      type: "agent_assigned",
      by: OLGA,
      assignee: { id: BORIS.id, name: "Boris" },
    };
    given(wrote())
      .when(assign)
      .then("ticket_assigned")
      .thenStatus("in_progress")
      .when(assign)
      .thenAlready({
        code: "ticket.already_assigned",
        assignee: { id: BORIS.id, name: "Boris" },
      });
  });
});

describe("the end and the way back", () => {
  test("resolving and closing twice answers who did it and when", () => {
    const resolved = given(wrote(), claim, resolve);
    const at = resolved.now;
    resolved.when({ ...resolve, by: BORIS }).thenAlready({ code: "ticket.already_resolved", by: OLGA, at });
    const closed = given(wrote(), close);
    closed.when({ ...close, by: BORIS }).thenAlready({ code: "ticket.already_closed", by: OLGA });
  });

  test("a resolved ticket closes itself, stamped with the instant at which it was due, whenever the desk looks", () => {
    const scene = given(wrote(), claim, resolve);
    const due = scene.ticket!.resolvedAt! + 48 * HOUR;
    expect(dueAt(scene.ticket!, POLICY)).toBe(due);
    scene
      .when({ after: 40 * HOUR })
      .when(tick)
      .then()
      .thenStatus("resolved");
    scene
      .when({ after: 9 * DAY })
      .when(tick)
      .then("ticket_closed")
      .thenStatus("closed");
    expect(scene.ticket!.closedAt).toBe(due);
    expect(dueAt(scene.ticket!, POLICY)).toBeNull();
  });

  test("a customer who writes again reopens a resolved or closed ticket for its assignee", () => {
    given(wrote(), claim, resolve).when(wrote()).then("ticket_reopened").thenStatus("in_progress");
    given(wrote(), close).when(wrote()).then("ticket_reopened").thenStatus("open");
  });

  test("mere thanks reopen nothing", () => {
    given(wrote(), claim, resolve)
      .when(wrote({ gratitude: true }))
      .then()
      .thenStatus("resolved");
    given(wrote(), claim, close)
      .when(wrote({ gratitude: true }))
      .then()
      .thenStatus("closed");
  });

  test("thanks before the end are a message like every other", () => {
    given(wrote(), answer)
      .when(wrote({ gratitude: true }))
      .then("customer_replied");
  });

  test("agents reopen resolved and closed tickets; an active one is active already", () => {
    given(wrote(), claim, close)
      .when(reopen)
      .then("ticket_reopened")
      .thenStatus("in_progress")
      .when(reopen)
      .thenAlready({
        code: "ticket.already_active",
        status: "in_progress",
      });
  });

  test("a closed ticket refuses everything else and names its status", () => {
    const commands: TicketCommand[] = [
      claim,
      answer,
      resolve,
      { type: "agent_unclaimed", by: OLGA, lead: true },
      { type: "agent_assigned", by: OLGA, assignee: { id: BORIS.id, name: "Boris" } },
      { type: "agent_prioritised", by: OLGA, priority: "urgent" },
    ];
    for (const command of commands)
      given(wrote(), close).when(command).thenRefused({ code: "ticket.closed", status: "closed" });
  });

  test("a customer closes their own", () => {
    const scene = given(wrote()).when({ type: "customer_closed", customer: CUSTOMER }).then("ticket_closed");
    expect(scene.ticket!.statusBy.by).toEqual({ kind: "customer", id: CUSTOMER });
  });

  test("nothing can happen to a ticket that does not exist", () => {
    given().when(claim).thenRefused({ code: "ticket.not_found" });
  });
});

describe("intake", () => {
  const option = (id: string) => ({ id, label: id });
  const policy = {
    ...POLICY,
    intakeFields: [
      { id: "category", ask: "What?", options: [option("billing"), option("other")], required: true },
      { id: "urgency", ask: "How urgent?", options: [option("normal"), option("urgent")], required: false },
    ],
  };
  const answered = (field: string, choice: string): TicketCommand => ({
    type: "customer_answered_intake",
    customer: CUSTOMER,
    field,
    option: choice,
  });

  test("a required field holds the ticket back until it is answered", () => {
    const scene = new Scene(policy).given(wrote());
    expect(scene.ticket!.heldUntil).toBe(scene.now + 15 * MINUTE);
    scene.when(answered("urgency", "normal")).then("field_answered");
    expect(scene.ticket!.heldUntil).not.toBeNull();
    scene.when(answered("category", "billing")).then("field_answered", "intake_released");
    expect(scene.ticket!.heldUntil).toBeNull();
  });

  test("a required field holds the ticket no longer than the hold: nothing is lost for want of an answer", () => {
    const scene = new Scene(policy).given(wrote());
    const due = scene.ticket!.heldUntil;
    scene.when({ after: HOUR }).when(tick).then("intake_released");
    expect(scene.events.at(-1)).toMatchObject({ at: due, why: "waited" });
  });

  test("an urgent customer makes an urgent ticket, and may change their mind until it is closed", () => {
    const scene = new Scene(policy).given(wrote());
    scene.when(answered("urgency", "urgent")).then("field_answered", "priority_changed");
    expect(scene.ticket!.priority).toBe("urgent");
    scene.when(answered("urgency", "normal")).then("field_answered", "priority_changed");
    scene.given(close).when(answered("urgency", "urgent")).thenRefused({ code: "ticket.closed" });
  });

  test("the same answer twice is one answer; unknown fields and options are refused by name", () => {
    const scene = new Scene(policy).given(wrote(), answered("category", "other"));
    scene.when(answered("category", "other")).thenAlready({ code: "ticket.already_so" });
    scene.when(answered("category", "wine")).thenRefused({ code: "option.unknown", option: "wine" });
    scene.when(answered("color", "red")).thenRefused({ code: "field.unknown", field: "color" });
    expect(scene.ticket!.fields).toEqual({ category: "other" });
  });
});

test("tags are added and removed once, up to a limit", () => {
  const tag = (add: string[], remove: string[] = []): TicketCommand => ({
    type: "agent_tagged",
    by: OLGA,
    add,
    remove,
  });
  const scene = given(wrote())
    .when(tag(["refund", "vip", "refund"]))
    .then("tags_changed");
  expect(scene.ticket!.tags).toEqual(["refund", "vip"]);
  scene.when(tag(["vip"], ["old"])).thenAlready({ code: "ticket.already_so" });
  scene.when(tag(["late"], ["refund"])).then("tags_changed");
  expect(scene.ticket!.tags).toEqual(["vip", "late"]);
  scene
    .when(tag(Array.from({ length: 19 }, (_, i) => `t${i}`)))
    .thenRefused({ code: "tags.too_many", max: 20 });
});

test("being out of reach is noted once, and so is being back", () => {
  const scene = given(wrote())
    .when({ type: "customer_unreachable", reason: "blocked" })
    .then("customer_unreachable");
  scene.when({ type: "customer_unreachable", reason: "blocked" }).then();
  scene.when({ type: "customer_reachable", customer: CUSTOMER }).then("customer_reachable");
  scene.when({ type: "customer_reachable", customer: CUSTOMER }).then();
});

describe("laws", () => {
  const command: fc.Arbitrary<TicketCommand | { after: number }> = fc.oneof(
    fc.constantFrom<TicketCommand>(
      wrote(),
      wrote({ gratitude: true }),
      claim,
      { type: "agent_claimed", by: BORIS },
      answer,
      resolve,
      close,
      reopen,
      tick,
      { type: "agent_unclaimed", by: OLGA, lead: false },
      { type: "agent_assigned", by: OLGA, assignee: { id: BORIS.id, name: "Boris" } },
      { type: "customer_closed", customer: CUSTOMER },
      { type: "topic_created", topicId: 7 },
      { type: "topic_lost", topicId: 7 },
      { type: "agent_prioritised", by: OLGA, priority: "high" },
    ),
    fc.record({ after: fc.integer({ min: 0, max: 5 * DAY }) }),
  );
  const FROM: Record<TicketStatus, TicketStatus[]> = {
    open: ["open", "in_progress", "escalated", "waiting", "resolved", "closed"],
    in_progress: ["open", "in_progress", "escalated", "waiting", "resolved", "closed"],
    escalated: ["escalated", "in_progress", "waiting", "resolved", "closed"],
    waiting: ["waiting", "open", "in_progress", "resolved", "closed"],
    resolved: ["resolved", "closed", "open", "in_progress"],
    closed: ["open", "in_progress"],
  };

  test("whatever is asked in whatever order, statuses follow the allowed ways and events fold into the ticket", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const scene = new Scene(POLICY);
        for (const one of commands) {
          const before = scene.ticket;
          scene.when(one);
          if ("after" in one || !("events" in scene.decision)) continue;
          for (const event of scene.decision.events) {
            if (!("from" in event)) continue;
            expect(FROM[event.from]).toContain(event.to);
          }
          if (before !== null && "events" in scene.decision && scene.decision.events.length === 0)
            expect(scene.ticket).toBe(before);
        }
        if (scene.ticket === null) return;
        expect(scene.ticket.version).toBe(scene.events.length);
        expect(scene.events.reduce<Ticket | null>(evolve, null)).toEqual(scene.ticket);
        expect(TICKET_STATUSES).toContain(scene.ticket.status);
        // Waiting for an answer and being closed exclude each other; a closed ticket has its instant.
        if (scene.ticket.status === "closed") expect(scene.ticket.awaitingSince).toBeNull();
        expect(scene.ticket.closedAt !== null).toBe(scene.ticket.status === "closed");
      }),
    );
  });

  test("a command given twice at once makes its transition once", () => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 20 }),
        fc.constantFrom<TicketCommand>(claim, resolve, close, reopen),
        (history, last) => {
          const scene = new Scene(POLICY).given(wrote());
          for (const one of history) scene.when(one);
          scene.when(last);
          const again = decide(last, scene.ticket, POLICY, scene.now + 1);
          if ("events" in again) expect(again.events).toEqual([]);
        },
      ),
    );
  });

  test("time alone never changes a ticket before it is due", () => {
    const scene = given(wrote(), claim, resolve);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 * DAY }), (after) => {
        const now = NOON + after;
        const due = dueAt(scene.ticket!, POLICY)!;
        const decision = decide(tick, scene.ticket, POLICY, now);
        expect("events" in decision && decision.events.length).toBe(now >= due ? 1 : 0);
      }),
    );
  });
});
