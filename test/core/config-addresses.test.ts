import { expect, test } from "vitest";
import { addressesOutOfReach } from "../../src/domain/config/addresses.ts";
import { exampleDesk } from "../support/desks.ts";

const DESK = { host: "topicdesk.acme.workers.dev", allowLoopback: false };

test.each<[string, RegExp | null]>([
  ["https://hooks.example.com/desk", null],
  ["https://crm.other.workers.dev/", null],
  ["https://crm.acme.workers.dev/", /two Workers under acme\.workers\.dev \(error 1042\)/],
  ["https://topicdesk.acme.workers.dev/hook", /the desk's own address/],
  ["https://93.184.215.14/", /by name, not by IP address/],
  ["https://[2606:4700::1111]/", /by name, not by IP address/],
  ["http://127.0.0.1:4747/", /a deployed desk has no such machine/],
  ["http://localhost:4747/", /a deployed desk has no such machine/],
])("a deployed desk reaches %s: %s", (url, why) => {
  const desk = exampleDesk({ webhooks: url, crm: url });
  desk.routing.skills = { url };
  const found = why === null ? [] : ["/webhooks/0/url", "/routing/enrichment/url", "/routing/skills/url"];
  expect(addressesOutOfReach(desk, DESK)).toEqual(
    found.map((pointer) => ({ pointer, message: expect.stringMatching(why!) })),
  );
});

test("a desk on a domain of its own reaches workers.dev, and one on this machine itself", () => {
  const there = exampleDesk({ webhooks: "https://crm.acme.workers.dev/" });
  expect(addressesOutOfReach(there, { host: "desk.example.com", allowLoopback: false })).toEqual([]);
  const here = exampleDesk({ webhooks: "http://127.0.0.1:4747/" });
  expect(addressesOutOfReach(here, { host: "127.0.0.1", allowLoopback: true })).toEqual([]);
});
