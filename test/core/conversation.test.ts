import { describe, expect, test } from "vitest";
import {
  destination,
  isGratitude,
  type Conversation,
  type CustomerTicket,
} from "../../src/domain/ticket/conversation.ts";
import { DAY, HOUR, MINUTE, NOON } from "./given.ts";

const policy = { reopenWithinMs: 72 * HOUR };

function ticket(number: number, more: Partial<CustomerTicket> = {}): CustomerTicket {
  return {
    number,
    ref: `SUP-${number}`,
    status: "open",
    subject: "",
    openedAt: NOON - 9 * DAY,
    closedAt: null,
    ...more,
  };
}

function closed(number: number, ago: number): CustomerTicket {
  return ticket(number, { status: "closed", closedAt: NOON - ago });
}

function where(conversation: Partial<Conversation>, repliedTo: number | null = null) {
  return destination(
    { tickets: [], current: null, wantsNew: false, ...conversation },
    repliedTo,
    policy,
    NOON,
  );
}

describe("where a customer's message belongs", () => {
  test("a first message opens a ticket", () => {
    expect(where({})).toEqual({ kind: "new", followUpOf: null });
  });

  test("a further one joins the active ticket last spoken in, or else the latest", () => {
    const tickets = [ticket(3), ticket(2), ticket(1)];
    expect(where({ tickets, current: 2 })).toEqual({ kind: "ticket", number: 2 });
    expect(where({ tickets })).toEqual({ kind: "ticket", number: 3 });
    expect(where({ tickets: [closed(3, MINUTE), ticket(2)], current: 3 })).toEqual({
      kind: "ticket",
      number: 2,
    });
  });

  test("a resolved ticket is still active: it takes the message", () => {
    expect(where({ tickets: [ticket(1, { status: "resolved" })], current: 1 })).toEqual({
      kind: "ticket",
      number: 1,
    });
  });

  test("a reply goes to that message's ticket, whatever is current", () => {
    expect(where({ tickets: [ticket(2), ticket(1)], current: 2 }, 1)).toEqual({ kind: "ticket", number: 1 });
  });

  test("after /new a new one opens, unless the message is a reply", () => {
    expect(where({ tickets: [ticket(1)], current: 1, wantsNew: true })).toEqual({
      kind: "new",
      followUpOf: null,
    });
    expect(where({ tickets: [ticket(1)], wantsNew: true }, 1)).toEqual({ kind: "ticket", number: 1 });
  });

  test("within the reopening time the ticket closed last takes the message, later a new one opens", () => {
    expect(where({ tickets: [closed(2, 80 * HOUR), closed(1, 2 * HOUR)] })).toEqual({
      kind: "ticket",
      number: 1,
    });
    expect(where({ tickets: [closed(1, 72 * HOUR)] })).toEqual({ kind: "ticket", number: 1 });
    expect(where({ tickets: [closed(1, 72 * HOUR + 1)] })).toEqual({ kind: "new", followUpOf: null });
  });

  test("a reply to a ticket closed long ago opens a new one that follows it up", () => {
    expect(where({ tickets: [closed(1, 100 * HOUR)] }, 1)).toEqual({ kind: "new", followUpOf: "SUP-1" });
  });

  test("a flood of new tickets joins the latest instead of flooding the group with topics", () => {
    const many = Array.from({ length: 10 }, (_, i) => ticket(10 - i));
    expect(where({ tickets: many, wantsNew: true, current: 4 })).toEqual({ kind: "ticket", number: 4 });
    const lately = [
      ticket(11),
      ...Array.from({ length: 9 }, (_, i) => ({ ...closed(10 - i, MINUTE), openedAt: NOON - MINUTE })),
    ];
    expect(
      where({ tickets: [{ ...lately[0], openedAt: NOON }, ...lately.slice(1)], wantsNew: true }),
    ).toEqual({
      kind: "ticket",
      number: 11,
    });
  });
});

test.each([
  ["Thanks!", true],
  ["thank you so much 🙏", true],
  ["👍🏽", true],
  ["❤️❤️", true],
  ["Спасибо большое!", true],
  ["Vielen Dank", true],
  ["perfect, thank you!", true],
  ["Thanks, but it still fails", false],
  ["thank you, when will it arrive?", false],
  ["ok", false],
  ["👎", false],
  ["no", false],
  ["", false],
  ["   ", false],
  ["thanks 12345", false],
  ["it's solved", false],
])("%j is nothing but thanks: %s", (text, expected) => {
  expect(isGratitude(text)).toBe(expected);
});
