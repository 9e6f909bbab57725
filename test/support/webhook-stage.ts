import { Webhook } from "standardwebhooks";
import { expect } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import type { Customer, Group, Member } from "../../src/sandbox/telegram/client.ts";
import { webhookProblem, type Contract } from "./contract-walk.ts";
import { entersVip, promisesNothing, VIP_CHAT } from "./desks.ts";
import type { Received } from "./endpoint-server.ts";
import { Endpoint } from "./endpoint.ts";
import { Stage } from "./stage.ts";

/* A desk with a webhook that gets every event. */

export const HOUR = 3_600_000;

export let stage: Stage;

export let endpoint: Endpoint;

export let ada: Customer;

export async function open(
  more: { includeText?: boolean; textInWebhooks?: boolean; events?: string[] } = {},
): Promise<void> {
  endpoint = new Endpoint();
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.desk.textInWebhooks = more.textInWebhooks ?? false;
      const { events = ["*"], includeText = false } = more;
      desk.webhooks = [{ id: "crm", url: endpoint.url, events, includeText }];
      for (const queue of desk.queues) queue.assignment = "claim";
    },
  });
  ada = await stage.customer({ firstName: "Ada" });
}

/** Another desk, without a customer, and an endpoint of its own. */
export async function openWith(config: (desk: ConfigInput) => void): Promise<void> {
  newEndpoint();
  stage = await Stage.open({ config });
}

export function newEndpoint(): void {
  endpoint = new Endpoint();
}

/** Everything that the endpoint got is as the contract says. */
export async function contractHolds(): Promise<void> {
  const contract = await stage.get<Contract>("/api/v1/openapi.json");
  for (const { body, headers } of await endpoint.received()) {
    expect(webhookProblem(contract, JSON.parse(body)), body).toBeNull();
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"])
      expect(headers[name]).toBeDefined();
  }
}

export interface Told {
  type: string;
  data: { ticket?: { ref: string; status: string }; by?: { kind: string }; change?: Record<string, unknown> };
}

export const told = async (): Promise<Told[]> =>
  (await endpoint.received()).map(({ body }) => JSON.parse(body) as Told);

export const types = async (): Promise<string[]> => (await told()).map(({ type }) => type);

export const secrets = (): Promise<{ secret: string; previous: { secret: string; until: string } | null }> =>
  stage.get("/api/v1/webhooks/crm/secret");

export const post = async <T>(path: string, body: unknown = {}): Promise<T> => {
  const answer = await stage.api("POST", `/api/v1/webhooks/crm/${path}`, body);
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return answer.json<T>();
};

interface Delivery {
  id: string;
  type: string;
  state: string;
  at: string;
  attempts: number;
  code: string | null;
}

export const deliveries = async (query = ""): Promise<Delivery[]> =>
  (await stage.get<{ items: Delivery[] }>(`/api/v1/webhooks/crm/deliveries${query}`)).items;

export const health = async () =>
  (await stage.get<{ items: { status: string; waiting: number; dead: number }[] }>("/api/v1/webhooks"))
    .items[0];

export const passes = ({ body, headers }: Received, secret: string): boolean => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

export async function ticket(): Promise<number> {
  await ada.write("My card 4000-1234 was charged twice");
  await stage.settle(5_000);
  return (await stage.topic("SUP-1")).id;
}

export let vip: Group;

export let vera: Member;

/** The same desk with a second group, in which Vera works. */
export async function openSeveral(events: string[], more: { leads?: "both" } = {}): Promise<void> {
  endpoint = new Endpoint();
  stage = await Stage.open({
    config: (desk) => {
      promisesNothing(desk);
      desk.queues = [
        { id: "general", group: "main" },
        { id: "premium", group: "vip" },
      ];
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"] },
        { telegramId: 9002, name: "Olga", groups: ["main"] },
        {
          telegramId: 9004,
          name: "Vera",
          role: more.leads === undefined ? "agent" : "lead",
          groups: ["vip"],
        },
      ];
      desk.routing.rules = [{ when: { payload: "gold" }, queue: "premium" }];
      desk.webhooks = [{ id: "crm", url: endpoint.url, events }];
      entersVip(desk);
    },
  });
  ada = await stage.customer({ firstName: "Ada" });
  vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
  vera = await vip.member({ id: 9004, firstName: "Vera" });
}
