import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { forgetEverywhere } from "../../src/topic-group/privacy/holders.ts";
import { openDatabase } from "../../src/topic-group/tables/database.ts";
import { tablesOf } from "../../src/topic-group/tables/tables.ts";
import { toldKey } from "../../src/topic-group/tables/told.ts";
import { Stage } from "../support/stage.ts";

const PERSON = contactId(4711);

/* What is said once is known by a key: one that names a ticket goes with the ticket, one that names a person with them. */

const OF_TICKET = [
  toldKey("collision", 7, 9002),
  toldKey("unmet", 7),
  toldKey("nobody", 7, 123),
  toldKey("pool", "main:7"),
  toldKey("home", "main:7", "vip"),
  toldKey("touched", 7),
];
const OF_PERSON = [
  toldKey("collision", 8, PERSON),
  toldKey("outsider", PERSON, 12),
  toldKey("stranger", PERSON),
  toldKey("blocked", PERSON),
  toldKey("former", PERSON, 12),
  toldKey("ticked", PERSON, 5),
  toldKey("still", PERSON, 5),
  toldKey("command", PERSON, 5),
];
const OF_OTHERS = [
  toldKey("collision", 77, 9002),
  toldKey("unmet", 77),
  toldKey("pool", "main:77"),
  toldKey("stranger", 47110),
  toldKey("ticked", 0, PERSON),
  toldKey("internal-album", "7"),
  toldKey("overtaken", 7),
];

test("every key that names a ticket or a person goes with them, and no other", async () => {
  const stage = await Stage.open();
  const left = await runInDurableObject(stage.groupStub(), (_object, { storage }) => {
    const tables = tablesOf(openDatabase(storage), storage.sql, () => true, []);
    for (const key of [...OF_TICKET, ...OF_PERSON, ...OF_OTHERS]) tables.told.firstTime(key, stage.now);
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
