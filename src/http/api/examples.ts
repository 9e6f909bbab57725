import type { ConfigInput } from "../../domain/config/config.ts";

/** A whole configuration, and hardly more than has to stand in one. */
export const SMALL_CONFIG = {
  desk: { name: "ShopStream Support" },
  groups: [{ id: "main", chatId: -1_001_234_567_890, prefix: "SUP", leads: [9001] }],
  queues: [{ id: "general", group: "main", assignment: "claim" }],
  agents: [
    { telegramId: 9001, name: "Lena", role: "lead", groups: ["main"] },
    { telegramId: 9002, name: "Olga", groups: ["main"], shift: "office" },
  ],
  calendars: [
    {
      id: "office",
      timeZone: "Europe/Berlin",
      weekly: { mon: ["09:00-17:00"], tue: ["09:00-17:00"], wed: ["09:00-17:00"], thu: ["09:00-17:00"] },
    },
  ],
  routing: { defaultQueue: "general" },
} satisfies ConfigInput;
