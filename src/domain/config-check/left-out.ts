import { inside, places, problem, type ConfigProblem } from "../config/places.ts";

/** What a document leaves out and nothing complains about, though a desk hardly means to lose it. */
const MAY_BE_FORGOTTEN = [
  "tiers",
  "agents",
  "calendars",
  "slaPolicies",
  "escalationPolicies",
  "intake",
  "webhooks",
  "retention",
  "routing/rules",
  "routing/enrichment",
  "routing/skills",
  "intake/fields",
];

/**
 * Sections that were there before and are left out now: a configuration is put whole, so they end. Who means it writes
 * the section empty, where it can be.
 */
export function sectionsLeftOut(before: unknown, after: unknown): ConfigProblem[] {
  return MAY_BE_FORGOTTEN.flatMap((section) => {
    const [former] = places(before, section);
    const path = section.split("/");
    const parentIsThere = path.length === 1 || places(after, path[0]!).length > 0;
    if (former === undefined || !parentIsThere || places(after, section).length > 0) return [];
    const count = inside(former.value).length;
    if (count === 0) return [];
    const isList = Array.isArray(former.value) || section === "tiers";
    const what = isList ? `its ${count === 1 ? "one entry ends" : `${count} entries end`}` : "it ends";
    const empty = Array.isArray(former.value) ? " or write [] if that is meant" : "";
    return [
      problem(path, `is left out, but was there before: ${what} with this change; put it back${empty}`),
    ];
  });
}

/** Groups whose new tickets get another prefix; those there are keep theirs. */
export function prefixChanges(before: unknown, after: unknown): ConfigProblem[] {
  const had = new Map(
    places(before, "groups/*").map(({ value }) => [textAt(value, "id"), textAt(value, "prefix")]),
  );
  return places(after, "groups/*").flatMap(({ path, value }) => {
    const [id, prefix] = [textAt(value, "id"), textAt(value, "prefix")];
    const former = id === null ? null : (had.get(id) ?? null);
    if (prefix === null || former === null || former === prefix) return [];
    const message = `new tickets of ${id} are called ${prefix}-…; those so far keep ${former}-…`;
    return [problem([...path, "prefix"], message)];
  });
}

function textAt(group: unknown, key: string): string | null {
  const value = places(group, key)[0]?.value;
  return typeof value === "string" ? value : null;
}
