import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { project } from "../../src/record/projection.ts";
import { exampleDesk } from "../support/desks.ts";
import { emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { ADA, emptyBatch, NOON } from "../support/tickets.ts";

const BEA = contactId(ADA + 1);
const CLEO = contactId(ADA + 2);

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
  await desk.put(exampleDesk());
  await project(
    env.DB,
    emptyBatch({
      contacts: [ADA, BEA, CLEO].map((id) => ({
        facts: { id, name: `Customer ${id}`, username: null, language: null, isPremium: false },
        unreachable: null,
        firstSeenAt: NOON,
        updatedAt: NOON,
        version: 1,
      })),
    }),
  );
});

interface Details {
  displayName: string | null;
  blocked: object | null;
  merged: { into: number } | null;
  version: number;
}
const send = (method: string, path: string, body?: object, key?: string): Promise<Response> =>
  desk.send(method, `/api/v1/contacts/${path}`, body, key === undefined ? {} : { "Idempotency-Key": key });
const details = async (id: number): Promise<Details> => (await send("GET", `${id}/details`)).json();
const merge = (id: number, into: number, key?: string) => send("POST", `${id}/merge`, { into }, key);
const trail = async (): Promise<string[]> => {
  const answer = await desk.get("/api/v1/audit?kind=contact");
  return (await answer.json<{ items: { action: string }[] }>()).items.map(({ action }) => action);
};
/** All runs so far died before their answers were kept, and their leases are over. */
const allDied = () =>
  env.DB.prepare("UPDATE api_calls SET status = NULL, answer = NULL, lease_until = 0").run();

describe("merging contacts at once", () => {
  test("makes no circle", async () => {
    const answers = await Promise.all([merge(ADA, BEA), merge(BEA, ADA)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const merged = [(await details(ADA)).merged, (await details(BEA)).merged];
    expect(merged.filter((one) => one !== null)).toHaveLength(1);
    expect(await trail()).toEqual(["contact.merged"]);
  });

  test("makes no chain", async () => {
    const answers = await Promise.all([merge(ADA, BEA), merge(BEA, CLEO)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });
});

describe("a change that is in place already is not written", () => {
  test.each([
    ["POST", "unblock", undefined],
    ["POST", "unmerge", undefined],
    ["PATCH", "details", { notes: null }],
  ])("writes nothing for a contact without details: %s %s", async (method, what, body) => {
    const answer = await send(method, `${ADA}/${what}`, body);
    expect(await answer.json()).toMatchObject({ version: 0 });
    expect(await trail()).toEqual([]);
  });

  test("writes nothing for a contact with just these details", async () => {
    for (let times = 0; times < 2; times += 1)
      await send("PATCH", `${ADA}/details`, { displayName: "Ada", notes: null });
    expect(await details(ADA)).toMatchObject({ displayName: "Ada", version: 1 });
    expect(await trail()).toEqual(["contact.updated"]);
  });
});

describe("a run that takes over from one that was done", () => {
  test("leaves alone what others have said since", async () => {
    const first = (): Promise<Response> => send("PATCH", `${ADA}/details`, { displayName: "first" }, "a");
    await first();
    await allDied();
    await send("PATCH", `${ADA}/details`, { displayName: "second" });
    expect(await (await first()).json()).toMatchObject({ displayName: "second", version: 2 });
    expect(await trail()).toEqual(["contact.updated", "contact.updated"]);
  });

  test("does not block a contact again who was unblocked since, in any group", async () => {
    const block = (): Promise<Response> => send("POST", `${ADA}/block`, undefined, "a");
    await block();
    expect(desk.groups.blockedIn.get("vip")).toBeTypeOf("number");
    await allDied();
    await send("POST", `${ADA}/unblock`);
    expect(await (await block()).json()).toMatchObject({ blocked: null });
    expect([...desk.groups.blockedIn.values()]).toEqual([null, null]);
    expect(await trail()).toEqual(["contact.unblocked", "contact.blocked"]);
  });

  test("does not merge contacts again that were told apart since", async () => {
    await merge(ADA, BEA, "a");
    await allDied();
    await send("POST", `${ADA}/unmerge`);
    const again = await merge(ADA, BEA, "a");
    expect([again.status, await again.json()]).toMatchObject([200, { merged: null }]);
  });
});

test("groups go by the record's word on a block, in whatever order two calls arrive", async () => {
  let isFirst = true;
  desk.groups.onBlock = async () => {
    if (!isFirst) return;
    isFirst = false;
    await send("POST", `${ADA}/unblock`);
  };
  await send("POST", `${ADA}/block`);
  expect((await details(ADA)).blocked).toBeNull();
  expect([...desk.groups.blockedIn.values()]).toEqual([null, null]);
});
