import * as z from "zod";
import { isTimeZone } from "../calendar/zone.ts";
import {
  inside,
  places,
  problem,
  quoted,
  type ConfigProblem,
  type Path,
  type Place,
} from "../config/places.ts";
import { AGENT_CAPACITY_DEFAULT } from "../limits.ts";
import { Team, type MissingSkill, type TeamMember } from "../routing/unmet.ts";
import { certificateEnd } from "../team/roster.ts";
import { highest, type SkillLevels } from "../team/skills.ts";

/** 500 queues, or rules, and 5,000 agents. */
const PAIRS_MAX = 500 * 5_000;
const LocalDate = z.iso.date();

interface Member extends TeamMember {
  groups: readonly unknown[];
}

/** A queue whose group's agents are to have what is required of its tickets. */
interface CheckedQueue {
  group: string;
  requireSkills: SkillLevels;
}

/**
 * Required skills that no agent of the queue's group who takes tickets has. A rule without a queue is compared with the
 * queue to which the rules send what it matches. `now` in ms since 1970; null: certificates are not looked at.
 */
export function unsatisfiableSkills(document: unknown, now: number | null): ConfigProblem[] {
  if (!Array.isArray(places(document, "agents")[0]?.value ?? [])) return [];
  const queues = places(document, "queues/*");
  const rules = places(document, "routing/rules/*");
  const zones = zonesOf(document);
  const members = places(document, "agents/*").map(({ value }) => memberOf(value, zones));
  // A document beyond the schema's limits is not checked: the answer would take too long.
  const pairs = Math.max(queues.length, rules.length) * Math.max(members.length, rules.length);
  if (pairs > PAIRS_MAX) return [];
  const teams = new Map<string, Team>();
  const teamOf = (group: string): Team => {
    const team =
      teams.get(group) ??
      new Team(
        members.filter(({ groups }) => groups.includes(group)),
        now ?? -Infinity,
      );
    teams.set(group, team);
    return team;
  };
  const nobodyHas = (required: SkillLevels, queue: CheckedQueue, path: Path): ConfigProblem[] =>
    problemsOf(required, queue, teamOf(queue.group), [...path, "requireSkills"]);
  const known = new Map<unknown, CheckedQueue>();
  const found = queues.flatMap(({ path, value }) => {
    const group = at(value, "group");
    if (typeof group !== "string") return [];
    const queue = { group, requireSkills: levelsAt(value) };
    known.set(at(value, "id"), queue);
    return nobodyHas(queue.requireSkills, { group, requireSkills: {} }, path);
  });
  const defaultQueue = places(document, "routing/defaultQueue")[0]?.value;
  for (const { path, value } of rules) {
    const required = levelsAt(value);
    if (Object.keys(required).length === 0) continue;
    const queue = known.get(at(value, "queue") ?? surelySentTo(value, rules) ?? defaultQueue);
    if (queue !== undefined) found.push(...nobodyHas(required, queue, path));
  }
  return found;
}

function problemsOf(
  required: SkillLevels,
  { group, requireSkills: beside }: CheckedQueue,
  team: Team,
  path: Path,
): ConfigProblem[] {
  const where = `in group ${quoted(group)}`;
  const unmet = team.unmet(required);
  if (unmet !== null && "missing" in unmet) {
    return unmet.missing.map((one) => {
      const has = one.best === 0 ? "has it at all" : `has more than ${one.best}`;
      const message = `nobody ${where} ${has}${whyNot(one)}: such a ticket could never be taken; give it to an agent there who takes tickets, or require less`;
      return problem([...path, one.skill], message);
    });
  }
  const all = highest(required, beside);
  const together = Object.keys(required).length === 0 ? null : team.unmet(all);
  // What the queue alone asks too much for is said there.
  if (together === null || "missing" in together) return [];
  const message = `nobody ${where} has all of ${levelsInWords(all)} at once: such a ticket could never be taken; give all of them to an agent there who takes tickets, or require less`;
  return [problem(path, message)];
}

/** People whom a problem names one by one. */
const NAMED_MAX = 5;

/** Agents who have a skill and still do not count; empty if there are none. */
function whyNot({ expired, idle }: MissingSkill): string {
  const why = [
    ...(expired.length === 0 ? [] : [`it has expired for ${listed(expired)}`]),
    ...(idle.length === 0 ? [] : [`the capacity of ${listed(idle)} is 0`]),
  ];
  return why.length === 0 ? "" : ` (${why.join("; ")})`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function levelsInWords(levels: SkillLevels): string {
  return Object.entries(levels)
    .map(([skill, level]) => `${skill} ${level}`)
    .join(", ");
}

/**
 * The queue to which another rule sends everything that a rule without a queue matches; undefined if it is not certain.
 */
function surelySentTo(rule: unknown, rules: readonly Place[]): unknown {
  const sends = rules.find(({ value }) => at(value, "queue") !== undefined && alwaysHoldsWith(value, rule));
  return at(sends?.value, "queue");
}

/** Whether a rule holds whenever another one does: it has no condition that the other has not. */
function alwaysHoldsWith(rule: unknown, other: unknown): boolean {
  const given = at(other, "when");
  return inside(at(rule, "when")).every(([fact, wanted]) => {
    const said = at(given, String(fact));
    if (fact === "attributes") {
      return inside(wanted).every(([name, value]) => at(said, String(name)) === value);
    }
    if (fact === "language" && typeof said === "string") {
      return said === wanted || said.startsWith(`${String(wanted)}-`);
    }
    return said === wanted;
  });
}

function memberOf(agent: unknown, zones: ReadonlyMap<unknown, string>): Member {
  const [name, capacity, telegramId] = ["name", "capacity", "telegramId"].map((key) => at(agent, key));
  const zone = zones.get(at(agent, "shift")) ?? "UTC";
  const skills = inside(at(agent, "skills")).flatMap(([skill, held]) => {
    const level = at(held, "level");
    const expiresOn = LocalDate.safeParse(at(held, "expiresOn"));
    const until = expiresOn.success ? certificateEnd(expiresOn.data, zone) : null;
    return typeof level === "number" ? [[String(skill), { level, until }] as const] : [];
  });
  return {
    name: typeof name === "string" ? name : String(telegramId),
    capacity: typeof capacity === "number" ? capacity : AGENT_CAPACITY_DEFAULT,
    groups: inside(at(agent, "groups")).map(([, group]) => group),
    skills: new Map(skills),
  };
}

/** The zones of the calendars, by their ids; an unknown zone counts as UTC here, and is named elsewhere. */
function zonesOf(document: unknown): ReadonlyMap<unknown, string> {
  const calendars = places(document, "calendars/*").flatMap(({ value }) => {
    const zone = at(value, "timeZone");
    return typeof zone === "string" && isTimeZone(zone) ? [[at(value, "id"), zone] as const] : [];
  });
  return new Map(calendars);
}

function levelsAt(value: unknown): SkillLevels {
  const levels = inside(at(value, "requireSkills")).flatMap(([skill, level]) =>
    typeof level === "number" ? [[String(skill), level] as const] : [],
  );
  return Object.fromEntries(levels);
}

/** The value of an own key, for a value of any type. */
function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
