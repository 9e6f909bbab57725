import { inside, places, problem, quoted, type ConfigProblem, type Path } from "../config-places.ts";
import type { Config } from "../config.ts";
import { durationMs } from "../duration.ts";
import { rosterOf } from "../roster.ts";
import { isTimeZone } from "../sla/zone.ts";
import { hasSkills, highest, type SkillLevels } from "./skills.ts";

/** 500 queues, or rules, and 5,000 agents. */
const PAIRS_MAX = 500 * 5_000;

interface Holder {
  groups: readonly unknown[];
  /** Skill → level, whether or not it has expired. */
  skills: ReadonlyMap<string, number>;
}

/** Who could take a ticket, and the highest level of each skill among them. */
interface Team {
  where: string;
  holders: readonly Holder[];
  best: ReadonlyMap<string, number>;
}

/** Skills that are required of whoever takes a ticket, and that nobody who could take it has or ever had. */
export function unsatisfiableSkills(document: unknown): ConfigProblem[] {
  if (!Array.isArray(places(document, "agents")[0]?.value ?? [])) return [];
  const queues = places(document, "queues/*");
  const rules = places(document, "routing/rules/*");
  const holders = places(document, "agents/*").map(({ value }) => holderOf(value));
  // Beyond what the schema takes nobody waits for the answer.
  if (queues.length * holders.length > PAIRS_MAX || rules.length * holders.length > PAIRS_MAX) return [];
  const teams = new Map<string, Team>();
  const teamOf = (group: string): Team => {
    const known = teams.get(group) ?? teamFrom(`in group ${quoted(group)}`, holders, group);
    teams.set(group, known);
    return known;
  };
  const desk = teamFrom("in the desk", holders);
  const known = new Map<unknown, { team: Team; requireSkills: SkillLevels }>();
  const found = queues.flatMap(({ path, value }) => {
    const group = places(value, "group")[0]?.value;
    if (typeof group !== "string") return [];
    const queue = { team: teamOf(group), requireSkills: levelsAt(value) };
    known.set(places(value, "id")[0]?.value, queue);
    return nobodyHas(queue.requireSkills, {}, queue.team, path);
  });
  for (const { path, value } of rules) {
    const named = places(value, "queue")[0]?.value;
    // Without a queue of its own a rule adds to whatever queue another rule names.
    const queue = named === undefined ? { team: desk, requireSkills: {} } : known.get(named);
    if (queue !== undefined) found.push(...nobodyHas(levelsAt(value), queue.requireSkills, queue.team, path));
  }
  return found;
}

/** `beside`: what is required there anyway. */
function nobodyHas(
  required: SkillLevels,
  beside: SkillLevels,
  { where, holders, best }: Team,
  path: Path,
): ConfigProblem[] {
  const at = [...path, "requireSkills"];
  const lacks = ([skill, level]: [string, number]): boolean => (best.get(skill) ?? 0) < level;
  const missing = Object.entries(required).filter(lacks);
  if (missing.length > 0) {
    return missing.map(([skill]) => {
      const most = best.get(skill);
      const has = most === undefined ? "has it at all" : `has more than ${most}`;
      return problem([...at, skill], `nobody ${where} ${has}: such a ticket could never be taken`);
    });
  }
  const all = Object.entries(highest(required, beside));
  // What the queue alone asks too much for is said there.
  if (Object.keys(required).length === 0 || all.length < 2 || all.some(lacks)) return [];
  const hasAll = ({ skills }: Holder): boolean =>
    all.every(([skill, level]) => (skills.get(skill) ?? 0) >= level);
  if (holders.some(hasAll)) return [];
  const names = all.map(([skill, level]) => `${skill} ${level}`).join(", ");
  return [problem(at, `nobody ${where} has all of ${names} at once`)];
}

function teamFrom(where: string, everybody: readonly Holder[], group?: string): Team {
  const holders = group === undefined ? everybody : everybody.filter(({ groups }) => groups.includes(group));
  const best = new Map<string, number>();
  for (const [skill, level] of holders.flatMap(({ skills }) => [...skills])) {
    best.set(skill, Math.max(level, best.get(skill) ?? 0));
  }
  return { where, holders, best };
}

/** Required skills whose holders' certificates have all expired; `now` in ms since 1970. */
export function expiredSkills(config: Config, now: number): ConfigProblem[] {
  const calendars = config.calendars.filter(({ timeZone }) => isTimeZone(timeZone));
  const rosters = new Map(
    config.groups.map(({ id }) => [id, rosterOf({ ...config, calendars }, id).agents] as const),
  );
  const everybody = [...new Map([...rosters.values()].flat().map((agent) => [agent.id, agent])).values()];
  const groupOf = new Map(config.queues.map(({ id, group }) => [id, group]));
  const check = (
    required: SkillLevels | undefined,
    queue: string | undefined,
    path: Path,
  ): ConfigProblem[] => {
    const agents = queue === undefined ? everybody : (rosters.get(groupOf.get(queue) ?? "") ?? []);
    return Object.entries(required ?? {}).flatMap(([skill, level]) => {
      const had = agents.filter((agent) => (agent.skills.get(skill)?.level ?? 0) >= level);
      if (had.length === 0 || had.some((agent) => hasSkills(agent.skills, { [skill]: level }, now)))
        return [];
      const names = had.map(({ name }) => name).join(", ");
      return [
        problem([...path, "requireSkills", skill], `nobody has it any more: it has expired for ${names}`),
      ];
    });
  };
  return [
    ...config.queues.flatMap(({ id, requireSkills }, index) => check(requireSkills, id, ["queues", index])),
    ...config.routing.rules.flatMap(({ queue, requireSkills }, index) =>
      check(requireSkills, queue, ["routing", "rules", index]),
    ),
  ];
}

/** A later step of a relaxation must come later. */
export function relaxationsOutOfOrder(document: unknown): ConfigProblem[] {
  return places(document, "queues/*/relaxAfter").flatMap(({ path, value }) => {
    const waits = inside(value).map(([, text]) => (typeof text === "string" ? durationMs(text) : undefined));
    return waits.flatMap((wait, index) => {
      const before = waits[index - 1];
      if (wait === undefined || before === undefined || wait > before) return [];
      const message = `must be longer than the one before it: preferred skills drop level by level`;
      return [problem([...path, index], message)];
    });
  });
}

/** Where agents claim, the desk hands nothing out that could come back. */
export function answersWithoutEffect(config: Config): ConfigProblem[] {
  return config.queues.flatMap(({ id, assignment, answerWithin }, index) =>
    assignment === "claim" && answerWithin !== undefined
      ? [
          problem(
            ["queues", index, "answerWithin"],
            `has no effect: agents claim the tickets of ${quoted(id)}, and keep them`,
          ),
        ]
      : [],
  );
}

function holderOf(agent: unknown): Holder {
  const skills = places(agent, "skills/*").flatMap(({ path, value }) => {
    const level = places(value, "level")[0]?.value;
    return typeof level === "number" ? [[String(path.at(-1)), level] as const] : [];
  });
  return { groups: places(agent, "groups/*").map(({ value }) => value), skills: new Map(skills) };
}

function levelsAt(value: unknown): SkillLevels {
  const levels = places(value, "requireSkills/*").flatMap(({ path, value: level }) =>
    typeof level === "number" ? [[String(path.at(-1)), level] as const] : [],
  );
  return Object.fromEntries(levels);
}
