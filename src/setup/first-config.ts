import { checkConfig } from "../domain/config-check/check.ts";
import type { ConfigInput } from "../domain/config/config.ts";
import type { Outside } from "./outside.ts";
import type { StaffGroup } from "./telegram.ts";

const WORKDAYS = ["mon", "tue", "wed", "thu", "fri"] as const;
const DAYS = [...WORKDAYS, "sat", "sun"] as const;
const TRIES = 5;

/** Asks what a desk needs to be useful from its first day: a name, opening hours and a first promise. */
export async function firstConfig(
  outside: Outside,
  { chatId, title, lead }: StaffGroup,
  zone: string,
): Promise<ConfigInput> {
  const name = await outside.ask("What should the desk be called? ", title);
  const desk: ConfigInput = {
    desk: { name },
    groups: [{ id: "main", chatId, prefix: "SUP", leads: [lead.id] }],
    queues: [{ id: "general", group: "main" }],
    agents: [{ telegramId: lead.id, name: lead.name, role: "lead", groups: ["main"] }],
    routing: { defaultQueue: "general" },
  };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const hours = await outside.ask(
      'When are you there, Monday to Friday? ("always" is day and night, "none" promises no time) ',
      "09:00-17:00",
    );
    if (hours === "none") return desk;
    const timeZone = hours === "always" ? zone : await outside.ask("In which time zone? ", zone);
    const firstResponse = await outside.ask("Within how long of these hours is a customer answered? ", "4h");
    const promising = withPromise(desk, { hours, timeZone, firstResponse });
    const { problems } = checkConfig(promising);
    if (problems.length === 0) return promising;
    outside.say(problems.map(({ message }) => `That ${message}.`).join("\n"));
  }
  outside.say("The desk begins without opening hours; they can be added to its configuration.");
  return desk;
}

function withPromise(
  desk: ConfigInput,
  { hours, timeZone, firstResponse }: { hours: string; timeZone: string; firstResponse: string },
): ConfigInput {
  const open = hours.split(",").map((one) => one.trim());
  const weekly =
    hours === "always"
      ? Object.fromEntries(DAYS.map((day) => [day, ["00:00-24:00"]]))
      : Object.fromEntries(WORKDAYS.map((day) => [day, open]));
  return {
    ...desk,
    calendars: [{ id: "office", timeZone, weekly }],
    slaPolicies: [
      {
        id: "standard",
        calendar: "office",
        targets: { normal: { firstResponse } },
        pauseResolutionWhile: ["waiting"],
        escalation: "tell-the-lead",
      },
    ],
    escalationPolicies: [
      { id: "tell-the-lead", steps: [{ at: "breach", actions: [{ note: "topic" }, { notify: "lead" }] }] },
    ],
    queues: [{ id: "general", group: "main", slaPolicy: "standard" }],
  };
}
