import type { ConfigInput } from "../../src/domain/config/config.ts";
import type { Customer, Member } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "./desks.ts";
import { isService, Stage, texts } from "./stage.ts";

/* Who gets which ticket, in the real runtime: Friday 10:00 in Berlin, where the office is open till 15:00. */

export const MINUTE = 60_000;

export const HOUR = 60 * MINUTE;

export let stage: Stage;

/** A desk whose general queue hands its tickets out, to Olga (billing) and Boris; Lena leads and takes none. */
export async function open(config: (config: ConfigInput) => void = () => undefined): Promise<void> {
  stage = await Stage.open({
    intake: true,
    config: (desk) => {
      promisesNothing(desk);
      desk.queues = [
        { id: "general", group: "main", assignment: "auto" },
        {
          id: "billing",
          group: "main",
          assignment: "auto",
          requireSkills: { billing: 1 },
          overrideAfter: "5m",
        },
        { id: "premium", group: "vip" },
      ];
      desk.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 },
        {
          telegramId: 9002,
          name: "Olga",
          role: "senior",
          groups: ["main"],
          capacity: 2,
          shift: "office",
          skills: { billing: { level: 3 } },
        },
        { telegramId: 9003, name: "Boris", groups: ["main"], capacity: 2, shift: "office" },
      ];
      config(desk);
    },
  });
}

export async function asks(text = "Help", settings: { languageCode?: string } = {}): Promise<Customer> {
  const customer = await stage.customer(settings);
  await customer.write(text);
  await stage.settle(5_000);
  return customer;
}

export async function assignee(ref: string): Promise<number | null> {
  const { assignee: who } = await stage.get<{ assignee: { id: number } | null }>(`/api/v1/tickets/${ref}`);
  return who?.id ?? null;
}

export async function assignees(count: number): Promise<(number | null)[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => assignee(`SUP-${index + 1}`)));
}

export async function says(member: Member, ref: string, line: string): Promise<string> {
  const topic = await stage.topic(ref);
  await member.write(topic.id, line);
  await stage.settle(5_000);
  const messages = await member.messages({ threadId: topic.id });
  return texts(messages.filter((message) => !isService(message))).at(-1) ?? "";
}
