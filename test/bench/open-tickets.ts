import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { until } from "../support/until.ts";
import type { Stand } from "./stand.ts";

/** Lets every customer have a ticket with a topic and a card, as if it had long been so. */
export async function openTickets(
  stand: Stand,
  customers: readonly Customer[],
  statePath: string,
): Promise<void> {
  await stand.telegram.budgets("off");
  const desk = await stand.serveWithoutLimits(statePath);
  await desk.hearsOf(stand.telegram.apiRoot);
  for (const customer of customers) await customer.write("My order has not arrived yet.");
  await until("every ticket has its topic and its card", async () => {
    const { groups } = await desk.call<{ groups: { waiting: unknown[] }[] }>("GET", "/healthz");
    const copies = await stand.telegram.calls({ method: "copyMessage" });
    return copies.length === customers.length && groups.every(({ waiting }) => waiting.length === 0);
  });
  await desk.call("POST", "/bench/limit?lift=0");
  await desk.close();
}
