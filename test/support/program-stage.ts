import { Topicdesk, TopicdeskProblem, type Answer, type Operations } from "../../src/client/topicdesk.ts";
import type { Customer, Group } from "../../src/sandbox/telegram/client.ts";
import { VIP_CHAT } from "./desks.ts";
import { Stage, texts } from "./stage.ts";

/* What programs do with tickets, by the typed client, against the whole desk and a Telegram on loopback. */

export let stage: Stage;

export let vip: Group;

export let ada: Customer;

export let desk: Topicdesk;

export type Order = Operations["POST /api/v1/tickets"]["body"];

export type Command = Operations["POST /api/v1/tickets/{ref}/commands"]["body"];

/** A desk with intake, two groups and a customer, and the typed client of a program with a key. */
export async function open(): Promise<void> {
  stage = await Stage.open({ intake: true });
  vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
  ada = await stage.customer({ firstName: "Ada" });
  desk = await program("shop", "tickets:write", "tickets:read", "contacts:read");
}

export async function program(name: string, ...scopes: string[]): Promise<Topicdesk> {
  const made = await stage.api("POST", "/api/v1/keys", { name, scopes });
  const { key } = await made.json<{ key: string }>();
  return new Topicdesk({
    url: "https://desk.example",
    token: key,
    fetch: (request) => stage.fetch(request),
  });
}

export const opens = (order: Partial<Order> = {}): Promise<Answer<"POST /api/v1/tickets">> =>
  desk.call("POST /api/v1/tickets", {
    body: { contact: { telegramId: ada.id, name: "Ada" }, message: "My invoice is wrong\nReally", ...order },
  });

export const does = async (
  ref: string,
  body: Command,
): Promise<Answer<"POST /api/v1/tickets/{ref}/commands">> => {
  const done = await desk.call("POST /api/v1/tickets/{ref}/commands", { path: { ref }, body });
  await stage.settle(5_000);
  return done;
};

export async function problemOf(call: Promise<unknown>): Promise<[string, ...string[]]> {
  const error: unknown = await call.then(() => null).catch((thrown: unknown) => thrown);
  if (!(error instanceof TopicdeskProblem)) throw new Error("was not refused", { cause: error });
  return [error.code, ...error.problems.map(({ pointer }) => pointer)];
}

export const events = async (ref: string) =>
  (await desk.call("GET /api/v1/tickets/{ref}/events", { path: { ref }, query: {} })).items;

export const atAda = async (): Promise<string[]> => texts(await ada.messages());
