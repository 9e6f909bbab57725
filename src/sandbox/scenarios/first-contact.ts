import type { Customer, Member, SeenMessage } from "../telegram/client.ts";
import type { Stage } from "./stage.ts";

/** A customer asks, an agent claims, answers and closes: the life of a ticket in half a minute. */
export async function firstContact(stage: Stage): Promise<{ customer: Customer; ref: string }> {
  const { telegram, group } = stage;
  const agent = stage.agents[1] ?? stage.agents[0]!;
  const customer = await telegram.customer({ firstName: stage.nextName(), languageCode: "en" });

  await customer.write("Hello, my order 1001 has not arrived yet.");
  const receipt = await until(async () =>
    (await customer.messages()).find((message) => refOf(message) !== null),
  );
  const ref = refOf(receipt)!;
  const topic = await until(async () => (await group.topics()).find((one) => one.name.startsWith(`${ref} `)));
  const card = await until(async () =>
    (await group.messages({ threadId: topic.id })).find(hasButton("Claim")),
  );
  await stage.pause();
  await agent.press(card.message_id, { text: "Claim" });
  await stage.pause();
  await answer(agent, topic.id, customer, "I am looking into it: it left our warehouse this morning.");
  await stage.pause();
  await customer.write("Wonderful, that is all I wanted to know!");
  await stage.pause();
  await agent.write(topic.id, "/close told where it is");
  await until(async () => (await group.topics()).find((one) => one.id === topic.id && one.isClosed));
  return { customer, ref };
}

async function answer(agent: Member, threadId: number, customer: Customer, text: string): Promise<void> {
  await agent.write(threadId, text);
  await until(async () => (await customer.messages()).find((message) => message.text === text));
}

/** The ticket that a message to the customer confirms. */
function refOf(message: SeenMessage): string | null {
  return message.from?.is_bot === true ? (/\b[A-Z]+-\d+\b/.exec(message.text ?? "")?.[0] ?? null) : null;
}

function hasButton(text: string): (message: SeenMessage) => boolean {
  return (message) =>
    (message.reply_markup?.inline_keyboard ?? []).flat().some((button) => button.text === text);
}

const PATIENCE_MS = 150_000;

/** Looks until there is something to see. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const begin = Date.now(); Date.now() - begin < PATIENCE_MS;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing happened for ${PATIENCE_MS / 1_000} seconds`);
}
