import type { ConfigInput } from "../../src/domain/config/config.ts";
import { promisesNothing } from "./desks.ts";
import type { Dice } from "./dice.ts";

export const LEAD = 9001;
/** The links by which customers of a random desk come. */
export const PAYLOADS = ["plain", "bill", "gold", "rush", "german", "vip"] as const;

const SKILLS = ["billing", "refunds", "german"] as const;

export interface RandomDeskOptions {
  /** Whether agents may serve several groups, and tickets go from one to another. */
  severalGroups: boolean;
  /** Whether tickets have tiers, which another system says. */
  tiers: boolean;
}

/**
 * Makes a desk of two groups with queues, people and rules by chance. It promises nothing, so that only routing is due.
 * Leads take no tickets.
 */
export function randomise(desk: ConfigInput, dice: Dice, { severalGroups, tiers }: RandomDeskOptions): void {
  promisesNothing(desk);
  if (tiers) {
    desk.slaPolicies = [{ id: "none", calendar: "always", targets: { normal: {} } }];
    desk.tiers = { premium: { score: 100, slaPolicy: "none" }, basic: { score: 10, slaPolicy: "none" } };
  }
  const homes: [string[], ...string[][]] = severalGroups
    ? [["main"], ["vip"], ["main", "vip"], ["vip", "main"]]
    : [["main"]];
  const agents = Array.from({ length: dice.between(2, 5) }, (_, index) => ({
    telegramId: 9_101 + index,
    name: `Agent ${index + 1}`,
    groups: dice.oneOf(homes),
    capacity: dice.between(1, 3),
    skills: Object.fromEntries(
      SKILLS.flatMap((skill) => (dice.roll() < 0.5 ? [[skill, { level: dice.between(1, 3) }]] : [])),
    ),
    ...(dice.roll() < 0.3 ? { shift: "office" } : {}),
  }));
  desk.agents = [
    { telegramId: LEAD, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 },
    ...agents,
  ];
  /** Skills that an agent of a group has, or a part of them: a desk whose required skills no agent has is refused. */
  const had = (group: string): Record<string, number> => {
    const team = agents.filter(({ groups }) => groups.includes(group));
    const one = team[dice.between(0, team.length - 1)];
    return Object.fromEntries(
      Object.entries(one?.skills ?? {})
        .filter(() => dice.roll() < 0.6)
        .map(([skill, { level }]) => [skill, dice.between(1, level)]),
    );
  };
  const queue = (id: string, group: string): ConfigInput["queues"][number] => ({
    id,
    group,
    assignment: dice.roll() < 0.85 ? "auto" : "claim",
    strategy: dice.oneOf(["weighted", "least_loaded", "round_robin"]),
    ...(dice.roll() < 0.5 ? { requireSkills: had(group) } : {}),
    ...(dice.roll() < 0.5 ? { preferSkills: had(group) } : {}),
    ...(dice.roll() < 0.5 ? { relaxAfter: ["1m", "3m"] } : {}),
    ...(dice.roll() < 0.75 ? { overrideAfter: dice.oneOf(["4m", "20m"]) } : {}),
    ...(dice.roll() < 0.4 ? { answerWithin: "10m" } : {}),
  });
  desk.queues = [queue("general", "main"), queue("billing", "main"), queue("premium", "vip")];
  // The rule without a queue applies to the default queue, and one agent must have that queue's skills as well.
  const wanted = Object.entries({ german: 1, ...desk.queues[0].requireSkills });
  const speaksGerman = agents.some(
    ({ groups, skills }) =>
      groups.includes("main") && wanted.every(([skill, level]) => (skills[skill]?.level ?? 0) >= level),
  );
  desk.routing = {
    ...desk.routing,
    defaultQueue: "general",
    rules: [
      { when: { payload: "bill" }, queue: "billing" },
      { when: { payload: "rush" }, priority: "urgent" },
      ...(speaksGerman ? [{ when: { payload: "german" }, requireSkills: { german: 1 } }] : []),
      ...(severalGroups ? [{ when: { payload: "gold" }, queue: "premium" }] : []),
    ],
  };
  delete desk.routing.fallbackPool;
  if (severalGroups) desk.routing.fallbackPool = "vip";
}
