import { env } from "cloudflare:workers";
import { everyMinute } from "../../src/cron/scheduled.ts";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import type { Customer, Group } from "../../src/sandbox/telegram/client.ts";
import { changeRows } from "./changed-rows.ts";
import { entersVip, promisesNothing, VIP_CHAT } from "./desks.ts";
import { Endpoint } from "./endpoint.ts";
import { Stage } from "./stage.ts";

/* A desk with two groups and a CRM, and a customer whose every trait is a word that stands nowhere else. */

export const MINUTE = 60_000;

export const DAY = 24 * 60 * MINUTE;

export let stage: Stage;

export let crm: Endpoint;

export let vip: Group;

export async function open(config: (config: ConfigInput) => void = () => undefined): Promise<void> {
  crm = new Endpoint();
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.queues = [
        { id: "general", group: "main" },
        { id: "premium", group: "vip" },
      ];
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"] },
        { telegramId: 9002, name: "Olga", groups: ["main", "vip"] },
        { telegramId: 9003, name: "Boris", groups: ["main"] },
      ];
      desk.routing.rules = [{ when: { payload: "gold" }, queue: "premium" }];
      desk.routing.enrichment = { url: crm.url, timeout: "1s", cacheFor: "10m", staleAfter: "7d" };
      desk.webhooks = [{ id: "queue-manager", url: crm.url, events: ["ticket.escalated"] }];
      desk.retention = {};
      entersVip(desk);
      config(desk);
    },
  });
  vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
  await crm.answers({
    status: 200,
    body: JSON.stringify({ segment: "new", attributes: { city: "profileville" }, reason: "profilereason" }),
  });
}

/** Two minutes of Cron: where it looks whether everything agrees, it forgets and erases a minute later. */
export const minute = async (): Promise<void> => {
  for (let times = 0; times < 2; times += 1) {
    await stage.settle();
    await stage.pass(MINUTE);
    await everyMinute(env, stage.now);
    await stage.settle();
  }
};

export const json = async <T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
): Promise<T> => {
  const answer = await stage.api(method, path, body);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? (null as T) : answer.json();
};

export const codeOf = async (method: string, path: string, body?: unknown): Promise<string> =>
  (await (await stage.api(method, path, body)).json<{ code: string }>()).code;

export interface Erasure {
  id: string;
  state: string;
  pseudonym: string;
  removed: {
    objects: Record<string, number>;
    record: Record<string, number>;
    topics: { asked: number; deleted: number; renamed: number; left: object[] };
  };
}

/** Their ids are found nowhere by chance. */
let people = 777_111_222_000;

/** A customer whose every trait is a word that stands nowhere else. */
export async function ada(payload?: string): Promise<Customer> {
  people += 1;
  const customer = await stage.customer({
    id: people,
    firstName: "Zenoplanted",
    lastName: "Yvesplanted",
    username: "wombatplanted",
  });
  if (payload !== undefined) await customer.start(payload);
  return customer;
}

/** A conversation with everything in it: edits, captions, answers, notes, reactions, presses, escalations. */
export async function talk(
  customer: Customer,
  ref: string,
  group = stage.group,
  olga = stage.olga,
): Promise<void> {
  await customer.write("quillplanted is the first line\nsecretone goes on");
  await stage.settle();
  const second = await customer.write("secrettwo: my password is hunter2");
  await customer.send({ photo: {}, caption: "secretcaption" });
  await stage.settle();
  await customer.edit(second.message_id, "secretedited words");
  await stage.settle();
  await customer.react(second.message_id, "👍");
  const topic = (await group.topics()).find(({ name }) => name.startsWith(`${ref} `))!;
  await olga.write(topic.id, "secretanswer to you");
  await stage.settle();
  await olga.write(topic.id, "/note vortexplanted about them");
  await olga.write(topic.id, "/escalate jinxplanted");
  await stage.settle();
}

export const MESSAGE_WORDS = [
  "secretone",
  "secrettwo",
  "hunter2",
  "secretcaption",
  "secretedited",
  "secretanswer",
];

/* Words of which the full text index keeps the whole, because no other begins as they do. */
export const SAID = ["quillplanted", "vortexplanted", "jinxplanted"];

export const TRAITS = [
  "Zenoplanted",
  "Yvesplanted",
  "wombatplanted",
  "profileville",
  "profilereason",
  "payloadplanted",
];

/** The oldest message that an endpoint has not taken is given up, as it would be after three days. */
export async function giveUpOnWebhook(): Promise<void> {
  const oldest = "SELECT min(seq) FROM outbox WHERE kind = 'webhook'";
  const parked = `UPDATE outbox SET state = 'parked', code = 'http_503', not_before = NULL WHERE seq = (${oldest})`;
  await changeRows(stage.groupStub(), (sql) => void sql.exec(parked));
}
