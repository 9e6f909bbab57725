import { ConfigSections } from "./config.ts";

export type SectionName = keyof typeof ConfigSections;
export const SECTION_NAMES = Object.keys(ConfigSections) as [SectionName, ...SectionName[]];

/** How the items of a section are named; a section that is not here has no items. Tiers are named by their key. */
const NAMED_BY: Partial<Record<SectionName, "id" | "telegramId">> = {
  groups: "id",
  queues: "id",
  agents: "telegramId",
  calendars: "id",
  slaPolicies: "id",
  escalationPolicies: "id",
  webhooks: "id",
};

type Document = Record<string, unknown>;

/** An item of a section as it stands in a document; undefined if the name is unknown. */
export function itemIn(document: unknown, section: SectionName, id: string): unknown {
  const there = (document as Document)[section];
  if (section === "tiers") return Object.hasOwn(Object(there), id) ? (there as Document)[id] : undefined;
  return listOf(there, section).find((item) => isNamed(item, section, id));
}

/** The document with an item in the place of the one of that name, or at the end; null where a section has no items. */
export function withItem(
  document: Document,
  section: SectionName,
  id: string,
  item: unknown,
): Document | null {
  const there = document[section];
  if (section === "tiers") return { ...document, tiers: { ...(there as Document | undefined), [id]: item } };
  if (NAMED_BY[section] === undefined) return null;
  const list = listOf(there, section);
  const at = list.findIndex((one) => isNamed(one, section, id));
  return { ...document, [section]: at < 0 ? [...list, item] : list.with(at, item) };
}

/** The document without an item; null if the name is unknown. */
export function withoutItem(document: Document, section: SectionName, id: string): Document | null {
  if (itemIn(document, section, id) === undefined) return null;
  const there = document[section];
  if (section === "tiers") {
    const left = Object.entries(there as Document).filter(([name]) => name !== id);
    return { ...document, tiers: Object.fromEntries(left) };
  }
  return { ...document, [section]: listOf(there, section).filter((one) => !isNamed(one, section, id)) };
}

function listOf(there: unknown, section: SectionName): unknown[] {
  return NAMED_BY[section] !== undefined && Array.isArray(there) ? there : [];
}

function isNamed(item: unknown, section: SectionName, id: string): boolean {
  const key = NAMED_BY[section];
  return key !== undefined && String((item as Document | null)?.[key]) === id;
}
