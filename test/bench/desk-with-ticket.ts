import { until } from "../support/until.ts";
import { Stand } from "./stand.ts";

/**
 * A desk without limits, with one ticket that has its topic, and the customer who wrote it; `before`: the same one served by the
 * checkout to compare with, if there is one.
 */
export async function deskWithTicket(remains: AsyncDisposableStack) {
  const stand = await Stand.open(remains);
  await stand.telegram.budgets("off");
  const statePath = stand.statePath();
  const first = await stand.serveWithoutLimits(statePath);
  await first.hearsOf(stand.telegram.apiRoot);
  const [customer] = await stand.customers(1);
  await customer.write("My order has not arrived yet.");
  await until(
    "the ticket has its topic",
    async () => (await stand.telegram.calls({ method: "copyMessage" }))[0],
  );
  await first.close();
  const before = await stand.serveBefore(statePath);
  const desk = await stand.serve("test/bench/desk/limitless-desk.ts", statePath);
  return { stand, desk, before, customer };
}
