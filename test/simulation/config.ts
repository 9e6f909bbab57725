import type { ConfigInput } from "../../src/domain/config/config.ts";
import { exampleDesk } from "../support/desks.ts";

/** Where the systems of others are in this world. */
export const HOOKS = "https://hooks.example.com/desk";
export const CRM = "https://crm.example.com/enrich";

export const LEAD = 9_001;
const FIRST_AGENT = 9_002;
/** Somebody who has nothing to do with the desk, and a chat without its bot. */
export const BYSTANDER = 8_001;
export const ELSEWHERE = -1_009_000_000_000;

/** The example desk with more groups and people, who are always there. */
export function simulatedDesk(groups: number, { hooks = HOOKS, crm = CRM } = {}): ConfigInput {
  const config = exampleDesk({ webhooks: hooks, crm });
  const ids = ["main", "vip", "east", "west", "north", "south"].slice(0, groups);
  config.groups = ids.map((id, at) => ({
    id,
    chatId: -1_001_234_567_890 - at,
    prefix: id === "main" ? "SUP" : id.slice(0, 4).toUpperCase(),
    leads: [LEAD],
    entry: [id],
  }));
  config.queues = [
    ...config.queues.filter(({ group }) => ids.includes(group)),
    ...ids.slice(2).map((id) => ({ id: `${id}-desk`, group: id, assignment: "auto" as const })),
  ];
  config.agents = [
    { telegramId: LEAD, name: "Lead", role: "lead", groups: ids, capacity: 5, skills: {} },
    ...Array.from({ length: 2 + groups }, (_, at) => ({
      telegramId: FIRST_AGENT + at,
      name: `Agent ${at + 1}`,
      role: at % 3 === 0 ? ("senior" as const) : ("agent" as const),
      groups: at < groups ? [ids[at], ...(at % 2 === 0 ? [ids[(at + 1) % groups]] : [])] : ["main"],
      capacity: 4 + (at % 3) * 3,
      skills: at % 2 === 0 ? { billing: { level: 3 }, refunds: { level: 2 } } : {},
    })),
  ];
  config.webhooks = [
    {
      id: "queue-manager",
      url: hooks,
      events: ["ticket.escalated", "queue.depth_exceeded", "message.sent", "ticket.closed"],
    },
  ];
  return config;
}
