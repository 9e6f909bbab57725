import { expect, test } from "vitest";
import { changeRows } from "../support/changed-rows.ts";
import { Endpoint } from "../support/endpoint.ts";
import {
  MESSAGE_WORDS,
  SAID,
  ada,
  giveUpOnWebhook,
  json,
  open,
  stage,
  talk,
} from "../support/privacy-stage.ts";

/* What the export of a contact holds, and which keys may have it. */

test("an export holds everything that is known of a person, and nothing of other people", async () => {
  await open();
  const customer = await ada("payloadplanted");
  await talk(customer, "SUP-1");
  const other = await stage.customer({ firstName: "Bystander" });
  await other.write("hello");
  await stage.settle();
  await json("PATCH", `/api/v1/contacts/${customer.id}/details`, { notes: "memoplanted" });
  const answer = await stage.api("GET", `/api/v1/contacts/${customer.id}/export`);
  const text = await answer.text();
  const document = JSON.parse(text) as {
    contacts: {
      contact: number;
      tickets: { events: object[] }[];
      groups: { group: string; links: object[] }[];
    }[];
  };
  expect(document.contacts).toHaveLength(1);
  expect(document.contacts[0].tickets[0].events.length).toBeGreaterThan(5);
  expect(document.contacts[0].groups[0].links.length).toBeGreaterThan(2);
  for (const phrase of ["Zenoplanted", "wombatplanted", ...SAID, "memoplanted", "profileville"])
    expect(text, phrase).toContain(phrase);
  for (const phrase of ["Bystander", ...MESSAGE_WORDS]) expect(text).not.toContain(phrase);
  expect(text, "an instant that people cannot read").not.toMatch(/:1[5-9]\d{11}[,}]/);
  const { items } = await json<{ items: { action: string }[] }>(
    "GET",
    "/api/v1/audit?action=contact.exported",
  );
  expect(items).toHaveLength(1);
});

test("an export holds what still waits or was given up, with its words, as an erasure would remove it", async () => {
  const subscriber = new Endpoint();
  await open((desk) => {
    desk.desk.textInWebhooks = true;
    const events = ["message.received"];
    desk.webhooks = [{ id: "subscriber", url: subscriber.url, events, includeText: true }];
  });
  const customer = await ada();
  await customer.write("quillplanted");
  await stage.settle();
  const answer = (await customer.messages()).at(-1)!;
  // From here on the endpoint takes nothing, and Telegram neither the next copy nor, perhaps, the answer.
  await subscriber.answers(...Array.from({ length: 100 }, () => ({ status: 503 })));
  const refusal = { code: 400, description: "Bad Request: not enough rights to send photos to the chat" };
  await stage.telegram.faults([{ effect: "refuse", methods: ["copyMessage"], times: 1, ...refusal }]);
  await customer.write("secretone", { replyTo: answer.message_id, quote: answer.text!.slice(0, 9) });
  await stage.settle(5_000);
  await giveUpOnWebhook();
  const inChat = { chatId: customer.id, times: 1 };
  await stage.telegram.faults([{ effect: "server_error", methods: ["sendMessage"], ...inChat }]);
  await json("POST", "/api/v1/tickets/SUP-1/commands", { type: "reply", text: "secretanswer" });
  await stage.settle(5_000);
  await changeRows(stage.groupStub(), (sql) => {
    sql.exec(
      'INSERT INTO set_aside (key, at, attempts, error, "update", parked) ' +
        `VALUES ('tg:1', 1, 3, 'x', '{"message":{"from":{"id":${customer.id}},"date":4711}}', 1)`,
    );
  });
  const other = await stage.customer({ firstName: "Bystander" });
  await other.write("bystanders words");
  await stage.settle(5_000);
  const preview = await json<{ groups: { deliveries: number }[] }>(
    "GET",
    `/api/v1/contacts/${customer.id}/erasure`,
  );
  const text = await (await stage.api("GET", `/api/v1/contacts/${customer.id}/export`)).text();
  const { inside } = (JSON.parse(text) as { contacts: { groups: { inside: Inside }[] }[] }).contacts[0]
    .groups[0];
  interface Inside {
    waiting: { kind: string; state: string }[];
    delivered: { webhook: string; type: string }[];
    setAside: { update: object }[];
  }
  expect(inside.waiting.map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual([
    "relay parked",
    "reply uncertain",
    "webhook parked",
  ]);
  expect(inside.delivered).toMatchObject([{ webhook: "subscriber", type: "message.received" }]);
  expect(inside.waiting.length - 1 + inside.delivered.length).toBe(preview.groups[0].deliveries);
  expect(inside.setAside).toMatchObject([{ update: { message: { date: 4711 } } }]);
  for (const phrase of ["secretone", "secretanswer", answer.text!.slice(0, 9)])
    expect(text, phrase).toContain(phrase);
  for (const phrase of ["Bystander", "bystanders words"]) expect(text).not.toContain(phrase);
});

test("an export is for keys that may read contacts and tickets", async () => {
  await open();
  const customer = await ada();
  await customer.write("quillplanted");
  await stage.settle();
  const asked = async (...scopes: string[]): Promise<Response> => {
    const { key } = await json<{ key: string }>("POST", "/api/v1/keys", { name: "reader", scopes });
    const headers = { authorization: `Bearer ${key}` };
    return stage.request(`/api/v1/contacts/${customer.id}/export`, { headers });
  };
  for (const scope of ["contacts:read", "tickets:read"]) {
    const refused = await asked(scope);
    expect(refused.status).toBe(403);
    expect(await refused.text()).not.toContain("planted");
  }
  const answer = await asked("contacts:read", "tickets:read");
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("quillplanted");
});
