import { expect, test } from "vitest";
import { contactId, type ChatId, type ContactId } from "../../src/domain/contact/contact-id.ts";
import {
  chatOfContact,
  chatRoute,
  contactAt,
  OTHER_CONTACTS_FROM,
  routeOf,
} from "../../src/domain/contact/route.ts";
import type { BotCall } from "../../src/telegram/api.ts";
import { laneOfRow, laneTo, routeOfLane, storedLane } from "../../src/topic-group/tables/lane.ts";

const ADA = contactId(7);

test("a contact's number is no chat, no address and no other number: it does not compile", () => {
  const chat: ChatId = 7;
  const calls: BotCall[] = [
    { method: "sendMessage", params: { chat_id: chat, text: "x" } },
    // @ts-expect-error: a contact is written to by their route
    { method: "sendMessage", params: { chat_id: ADA, text: "x" } },
    // @ts-expect-error: what is copied lies in a chat
    { method: "copyMessage", params: { chat_id: chat, from_chat_id: ADA, message_id: 1 } },
  ];
  // @ts-expect-error: no chat has a contact's number
  const wrongChat: ChatId = ADA;
  // @ts-expect-error: a route is made of a chat
  const wrongRoute = chatRoute(ADA);
  // @ts-expect-error: an address is text
  const wrongAddress = laneTo({ channel: "telegram", address: ADA });
  // @ts-expect-error: not every number is a contact
  const wrongContact: ContactId = 9001;
  expect([calls.length, wrongChat, wrongContact]).toEqual([3, 7, 9001]);
  expect([wrongRoute, wrongAddress]).toEqual([{ channel: "telegram", address: "7" }, "to:telegram:7"]);
});

test("what is said goes to the ticket's route, and without one to the contact's chat at Telegram", () => {
  expect(routeOf({ customer: ADA })).toEqual({ channel: "telegram", address: "7" });
  expect(routeOf({ customer: ADA, route: { channel: "telegram", address: "8" } }).address).toBe("8");
  expect(contactAt(chatOfContact(ADA)!)).toBe(ADA);
  expect(chatOfContact(contactId(OTHER_CONTACTS_FROM))).toBeNull();
});

test("lanes name channel and address; rows spell Telegram's as earlier releases did", () => {
  const lane = laneTo(chatRoute(7));
  expect(lane).toBe("to:telegram:7");
  expect(storedLane(lane)).toBe("chat:7");
  expect(laneOfRow("chat:7")).toBe(lane);
  expect(laneOfRow("chat:-1009")).toBe("to:telegram:-1009");
  for (const other of ["staff", "bot", "hook:crm", "crm:3", "peer:vip"] as const) {
    expect(storedLane(other)).toBe(other);
    expect(laneOfRow(other)).toBe(other);
  }
  expect(routeOfLane("to:telegram:a:b")).toEqual({ channel: "telegram", address: "a:b" });
});
