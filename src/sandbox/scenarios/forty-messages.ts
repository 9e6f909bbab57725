import type { Scenario } from "./scenario.ts";

const MESSAGES = 40;
const CUSTOMERS = 4;

export const fortyMessages: Scenario = {
  id: "forty-messages",
  title: "40 messages at once",
  shows:
    "Four customers write ten messages each. Telegram takes 20 a minute: texts are joined, none is lost.",
  withLimits: true,

  async play(stage) {
    const { group, telegram } = stage;
    const before = (await telegram.calls({ limit: 1 })).at(-1)?.id ?? 0;
    const customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => stage.customer()));
    const written = new Map<string, number>();
    for (let line = 1; line <= MESSAGES / CUSTOMERS; line += 1) {
      for (const [index, customer] of customers.entries()) {
        const text = `${customer.profile.first_name}'s line ${line} of ${MESSAGES / CUSTOMERS}`;
        await customer.write(text);
        written.set(text, index);
      }
    }
    await stage.pause();

    const texts = await stage.until("every line is in the group", async () => {
      // Cards name the first line as their ticket's subject.
      const relayed = (await group.messages()).filter((message) => message.reply_markup === undefined);
      const read = relayed.map((message) => message.text ?? "");
      return [...written.keys()].every((line) => read.some((text) => holds(text, line))) && read;
    });
    stage.seen(
      "every line is there once",
      [...written.keys()].every((line) => texts.filter((text) => holds(text, line)).length === 1),
    );
    stage.seen(
      "each customer's lines are in their order",
      customers.every((_, index) => {
        const lines = [...written].filter(([, whose]) => whose === index).map(([line]) => line);
        const all = texts.join("\n");
        const places = lines.map((line) => all.indexOf(line));
        return places.every((place, at) => at === 0 || place > places[at - 1]!);
      }),
    );
    stage.seen(
      "texts were joined",
      texts.some((text) => [...written.keys()].filter((line) => holds(text, line)).length > 1),
    );
    const refused = (await telegram.calls({ chatId: group.id, afterId: before })).filter(
      (call) => call.answer?.status === 429 && call.fault === null,
    );
    stage.seen("Telegram's limit was not passed meanwhile", refused.length === 0);
  },
};

/** A line may stand alone, or behind its time among others that were joined with it. */
function holds(text: string, line: string): boolean {
  return text.split("\n").some((one) => one === line || one.endsWith(` ${line}`));
}
