import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { localPlug } from "../../src/sandbox/desk/local-plug.ts";
import { MINUTE, WEBHOOK, bot, look, open, stage, steal, toldLead } from "../support/reconciliation-stage.ts";
import { isCard, texts } from "../support/stage.ts";

beforeEach(open);

test("finds nothing at a healthy desk after a busy time", async () => {
  const customer = await stage.customer();
  for (let n = 0; n < 8; n += 1) {
    await customer.write(`word ${n}`);
    await stage.olga.write((await stage.topic("SUP-1")).id, `answer ${n}`);
  }
  await customer.sendAlbum([{ photo: {} }, { photo: {} }]);
  await stage.settle();
  await stage.olga.write((await stage.topic("SUP-4")).id, "/resolve");
  await stage.olga.write((await stage.topic("SUP-1")).id, "/close");
  await stage.lead.renameTopic((await stage.topic("SUP-3")).id, "Mine");
  await stage.settle();
  expect(await look()).toEqual([]);
  expect(await look()).toEqual([]);
  expect(await toldLead()).toEqual([]);
});

test("updates that another program has taken are named, with their time, and told the leads once", async () => {
  const customer = await stage.customer();
  await customer.write("one");
  await customer.write("two");
  const stolenAt = stage.now;
  const ids = await steal();
  expect(ids).toHaveLength(2);
  await stage.pass(MINUTE);
  await customer.write("three");
  const [finding, ...others] = await look();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: "updates.missing",
    mended: false,
    details: { updates: 2, from: ids[0], to: ids[1] },
  });
  const { after, before } = finding.details as { after: string; before: string };
  expect(Date.parse(after)).toBeLessThanOrEqual(stolenAt);
  expect(Date.parse(before)).toBeGreaterThan(stolenAt);
  expect(await toldLead()).toEqual([
    expect.stringContaining(`2 messages or events were never received (updates ${ids[0]} to ${ids[1]},`),
  ]);
  expect(await look()).toEqual([]);
  expect(await toldLead()).toHaveLength(1);
});

test("what waits at Telegram is not missing yet, and when it comes late it never was", async () => {
  const slow = await stage.customer();
  const quick = await stage.customer();
  await slow.write("late");
  await quick.write("in time");
  // Telegram brings the second one only; the first one's chat waits.
  await stage.telegram.deliverDue(async (delivery) => {
    const isLate = JSON.stringify(delivery.update).includes("late");
    if (isLate) return new Response(null, { status: 503, headers: { "retry-after": "600" } });
    return stage.fetch(
      new Request(WEBHOOK, {
        method: "POST",
        headers: { "content-type": "application/json", ...delivery.headers },
        body: JSON.stringify(delivery.update),
      }),
    );
  });
  expect(await look()).toEqual([]);
  await stage.pass(11 * MINUTE);
  expect(await look()).toEqual([]);
  expect((await stage.group.topics()).filter(({ name }) => name.startsWith("SUP-"))).toHaveLength(5);
});

test("numbers that an object forgot in a crash are looked up, and not called missing", async () => {
  const customer = await stage.customer();
  for (const text of ["one", "two", "three"]) await customer.write(text);
  await stage.deliver();
  localPlug.arm(1);
  await customer.write("four");
  await stage.deliver();
  expect(localPlug.pulled).not.toBeNull();
  localPlug.arm(null);
  await stage.settle();
  await customer.write("five");
  await stage.settle();
  expect(texts(await stage.inTopic("SUP-4"))).toEqual(expect.arrayContaining(["one", "four", "five"]));
  expect(await look()).toEqual([]);
});

test("kinds of updates that Telegram does not send are asked for again", async () => {
  await bot("setWebhook", {
    url: WEBHOOK,
    secret_token: env.WEBHOOK_SECRET,
    allowed_updates: ["message", "callback_query"],
  });
  expect(await look()).toEqual([
    {
      kind: "webhook.deaf",
      mended: true,
      details: { updates: ["edited_message", "message_reaction", "my_chat_member", "chat_member"] },
    },
  ]);
  expect(await look()).toEqual([]);
});

test("what the desk does to topics and never hears of is found", async () => {
  await bot("setWebhook", {
    url: WEBHOOK,
    secret_token: env.WEBHOOK_SECRET,
    allowed_updates: ["callback_query"],
  });
  const answer = await stage.api("POST", "/api/v1/tickets/SUP-3/commands", { type: "claim", agent: 9002 });
  expect(answer.status).toBe(200);
  await stage.settle();
  await stage.setWebhook();
  const findings = await look();
  expect(findings).toMatchObject([
    { kind: "echoes.missing", mended: false, details: { group: "main", acts: 1 } },
  ]);
  expect(await toldLead()).toEqual([
    expect.stringContaining("Telegram didn't report 1 of the desk's own changes"),
  ]);
  expect(await look()).toEqual([]);
});

test("an echo that comes later than it may was not missing", async () => {
  expect(
    (await stage.api("POST", "/api/v1/tickets/SUP-3/commands", { type: "claim", agent: 9002 })).status,
  ).toBe(200);
  let isSlow = true;
  const send = async (delivery: { update: unknown; headers: Record<string, string> }): Promise<Response> => {
    if (isSlow && JSON.stringify(delivery.update).includes("forum_topic_edited"))
      return new Response(null, { status: 503, headers: { "retry-after": "120" } });
    return stage.fetch(
      new Request(WEBHOOK, {
        method: "POST",
        headers: { "content-type": "application/json", ...delivery.headers },
        body: JSON.stringify(delivery.update),
      }),
    );
  };
  // The desk's calls, without Telegram's deliveries.
  const deliver = stage.deliver.bind(stage);
  stage.deliver = async () => (await stage.telegram.deliverDue(send)).length;
  await stage.pass(90_000);
  expect(await look()).toEqual([]);
  isSlow = false;
  stage.deliver = deliver;
  await stage.pass(5 * MINUTE);
  expect(await look()).toEqual([]);
});

test("another program with the bot's token is noticed, and what it did to topics is put right", async () => {
  const topic = await stage.topic("SUP-1");
  await bot("closeForumTopic", { chat_id: stage.config.groups[0].chatId, message_thread_id: topic.id });
  await bot("editForumTopic", {
    chat_id: stage.config.groups[0].chatId,
    message_thread_id: topic.id,
    name: "Ours now",
  });
  await stage.pass(2 * MINUTE);
  expect(await look()).toMatchObject([
    { kind: "echoes.foreign", mended: false, details: { group: "main", acts: 2 } },
  ]);
  expect(await toldLead()).toEqual([expect.stringContaining("Another program is using this bot token")]);
  expect(await stage.topic("SUP-1")).toMatchObject({ id: topic.id, isClosed: false });
  expect(await look()).toEqual([]);
});

test("a deleted card is found by a probe, and made anew", async () => {
  const topic = await stage.topic("SUP-1");
  const card = (await stage.group.messages({ threadId: topic.id })).find(isCard)!;
  await stage.lead.delete(card.message_id);
  expect(await look()).toEqual([]);
  expect((await stage.card("SUP-1")).message_id).not.toBe(card.message_id);
  expect(await look()).toEqual([
    { kind: "cards.lost", mended: true, details: { group: "main", tickets: ["SUP-1"] } },
  ]);
  expect(await look()).toEqual([]);
});

test("a deleted topic is found by a probe, and made anew", async () => {
  const topic = await stage.topic("SUP-3");
  await stage.lead.deleteTopic(topic.id);
  expect(await look()).toEqual([]);
  expect((await stage.topic("SUP-3")).id).not.toBe(topic.id);
  expect(await look()).toEqual([
    { kind: "topics.lost", mended: true, details: { group: "main", tickets: ["SUP-3"] } },
  ]);
  expect(await look()).toEqual([]);
});

test("an object's findings are not lost with a run that could not be kept", async () => {
  const topic = await stage.topic("SUP-1");
  const card = (await stage.group.messages({ threadId: topic.id })).find(isCard)!;
  await stage.lead.delete(card.message_id);
  expect(await look()).toEqual([]);
  await env.DB.prepare(
    "CREATE TRIGGER kept_nowhere BEFORE INSERT ON jobs WHEN NEW.name = 'reconciliation' BEGIN SELECT RAISE(ABORT, 'broken'); END",
  ).run();
  await stage.pass(MINUTE);
  const broken = await stage.api("POST", "/api/v1/reconciliation");
  expect(broken.status).toBe(503);
  await broken.body?.cancel();
  await bot("closeForumTopic", { chat_id: stage.config.groups[0].chatId, message_thread_id: topic.id });
  await stage.pass(2 * MINUTE);
  const again = await stage.api("POST", "/api/v1/reconciliation");
  expect(again.status).toBe(503);
  await again.body?.cancel();
  await env.DB.prepare("DROP TRIGGER kept_nowhere").run();
  const findings = await look();
  expect(findings.map(({ kind, details }) => [kind, details["tickets"] ?? details["acts"]])).toEqual([
    ["echoes.foreign", 1],
    ["cards.lost", ["SUP-1"]],
  ]);
  expect(await look()).toEqual([]);
});

test("probes change nothing, take few calls, and come to every open ticket in its turn", async () => {
  for (let n = 0; n < 5; n += 1) await (await stage.customer()).write("Help");
  await stage.settle();
  const probed = new Set<number>();
  const known = (await stage.telegram.calls()).length;
  const updates = stage.deliveries.length;
  for (let n = 0; n < 4; n += 1) {
    await look();
    const calls = (await stage.telegram.calls()).slice(known);
    for (const { method, params } of calls) {
      if (method === "editForumTopic") probed.add(Number(params["message_thread_id"]));
    }
  }
  const open = (await stage.group.topics()).filter(({ isClosed }) => !isClosed);
  expect(probed).toEqual(new Set(open.map(({ id }) => id)));
  const calls = (await stage.telegram.calls()).slice(known);
  expect(calls.filter(({ method }) => method.startsWith("edit"))).toHaveLength(2 * (3 + 2 + 3 + 3));
  expect(stage.deliveries).toHaveLength(updates);
});

test("topics that were switched off stop the group's lane before copies stray, until they are back", async () => {
  const customer = await stage.customer();
  await customer.write("before");
  await stage.settle();
  await stage.group.setForum(false);
  await customer.write("strayed");
  expect(await look()).toMatchObject([
    { kind: "group.not_a_forum", mended: false, details: { group: "main", copies: 2 } },
  ]);
  // A new configuration or new rights do not tell that it has topics again.
  stage.config.desk.name = "Another name";
  await stage.configure();
  await stage.group.promoteBot({
    can_manage_topics: true,
    can_delete_messages: true,
    can_pin_messages: true,
  });
  await customer.write("kept");
  await stage.pass(30 * MINUTE);
  expect(texts(await stage.group.messages()).filter((text) => text === "kept")).toEqual([]);
  expect((await stage.get<{ waitingFor: string[] }>("/healthz")).waitingFor).toContain("group.not_a_forum");
  expect(await look()).toMatchObject([{ kind: "group.not_a_forum" }]);
  expect(await toldLead()).toHaveLength(1);
  await stage.group.setForum(true);
  expect(await look()).toEqual([]);
  await stage.pass(MINUTE);
  expect(texts(await stage.inTopic("SUP-4"))).toContain("kept");
  expect((await stage.get<{ waitingFor: string[] }>("/healthz")).waitingFor).toEqual([]);
});

test("rights that the bot lacks, and a group that it was put out of, are found", async () => {
  await stage.group.promoteBot({ can_manage_topics: true, can_delete_messages: false });
  await stage.settle();
  expect(await look()).toEqual([
    {
      kind: "group.rights_missing",
      mended: false,
      details: { group: "main", rights: ["can_delete_messages"] },
    },
  ]);
  expect(await toldLead()).toEqual([expect.stringContaining("In “main” the bot needs the admin right")]);
  await stage.group.kickBot();
  expect((await look()).map(({ kind }) => kind)).toEqual(["group.gone"]);
});
