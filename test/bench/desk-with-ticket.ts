import { until } from "../support/until.ts";
import { Stand } from "./stand.ts";

/** A desk without limits, with one ticket that has its topic, and the customer who wrote it. */
export async function deskWithTicket(remains: AsyncDisposableStack) {
  const stand = await Stand.open(remains);
  await stand.telegram.budgets("off");
  const desk = await stand.serveWithoutLimits(stand.statePath());
  await desk.hearsOf(stand.telegram.apiRoot);
  const [customer] = await stand.customers(1);
  await customer.write("My order has not arrived yet.");
  await until(
    "the ticket has its topic",
    async () => (await stand.telegram.calls({ method: "copyMessage" }))[0],
  );
  return { stand, desk, customer };
}
