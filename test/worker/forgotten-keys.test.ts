import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { forgetEverywhere } from "../../src/topic-group/privacy/holders.ts";
import { openDatabase } from "../../src/topic-group/tables/database.ts";
import { onceKey } from "../../src/topic-group/tables/once.ts";
import { tablesOf } from "../../src/topic-group/tables/tables.ts";
import { Stage } from "../support/stage.ts";

const PERSON = contactId(4711);

/* What is said once is known by a key: one that names a ticket goes with the ticket, one that names a person with them. */

const OF_TICKET = [
  onceKey("collision", 7, 9002),
  onceKey("unmet", 7),
  onceKey("nobody", 7, 123),
  onceKey("pool", "main:7"),
  onceKey("home", "main:7", "vip"),
  onceKey("touched", 7),
];
const OF_PERSON = [
  onceKey("collision", 8, PERSON),
  onceKey("outsider", PERSON, 12),
  onceKey("stranger", PERSON),
  onceKey("blocked", PERSON),
  onceKey("former", PERSON, 12),
  onceKey("ticked", PERSON, 5),
  onceKey("still", PERSON, 5),
  onceKey("command", PERSON, 5),
];
const OF_OTHERS = [
  onceKey("collision", 77, 9002),
  onceKey("unmet", 77),
  onceKey("pool", "main:77"),
  onceKey("stranger", 47110),
  onceKey("ticked", 0, PERSON),
  onceKey("internal-album", "7"),
  onceKey("overtaken", 7),
];

test("every key that names a ticket or a person goes with them, and no other", async () => {
  const stage = await Stage.open();
  const left = await runInDurableObject(stage.groupStub(), (_object, { storage }) => {
    const tables = tablesOf(openDatabase(storage), storage.sql, () => true, []);
    for (const key of [...OF_TICKET, ...OF_PERSON, ...OF_OTHERS]) tables.once.firstTime(key, stage.now);
    const keys = () => [...storage.sql.exec<{ key: string }>("SELECT key FROM told")].map(({ key }) => key);
    const gone = [{ number: 7, id: "main:7", customer: PERSON }];
    const ofTickets = forgetEverywhere(tables, (rows) => rows.forgetTickets?.(gone)).other;
    const afterTickets = keys();
    const ofPerson = forgetEverywhere(tables, (rows) => rows.forgetPerson?.(PERSON)).other;
    return { ofTickets, afterTickets, ofPerson, afterPerson: keys() };
  });
  expect(left.ofTickets).toBe(OF_TICKET.length);
  expect(left.afterTickets.toSorted()).toEqual([...OF_PERSON, ...OF_OTHERS].toSorted());
  expect(left.ofPerson).toBe(OF_PERSON.length);
  expect(left.afterPerson.toSorted()).toEqual(OF_OTHERS.toSorted());
});
