import * as z from "zod";
import type { HubSpotConfig } from "../domain/config/config.ts";
import { cut } from "../domain/cut.ts";
import {
  ATTRIBUTE_CHARS_MAX,
  CRM_ALTERNATIVES_MAX,
  CRM_CONTACTS_MAX,
  ENRICHMENT_ANSWER_BYTES_MAX,
  FACT_CHARS_MAX,
  PRIORITY_SCORE_MAX,
} from "../domain/limits.ts";
import { NO_PROFILE, type Profile, type Unfit } from "../domain/routing/profile.ts";
import {
  askForJson,
  failed,
  type EnrichmentContact,
  type EnrichmentResult,
  type EnrichmentSender,
  type HubSpotEnrichmentCall,
} from "./enrichment-call.ts";

export const HUBSPOT_URL = "https://api.hubapi.com";

/** The surest first: a Telegram id has one owner, a username may have had another. */
const FINDERS = ["telegramId", "email", "phone", "username"] as const;

/** HubSpot sends property values of every type as text; null if a property is empty. */
type Properties = Readonly<Record<string, string | null>>;

const SearchAnswer = z.object({
  results: z
    .array(
      z.object({
        updatedAt: z.string().nullish(),
        properties: z.record(
          z.string(),
          z
            .string()
            .nullish()
            .transform((value) => value ?? null),
        ),
      }),
    )
    .max(CRM_CONTACTS_MAX),
});
type Contact = z.output<typeof SearchAnswer>["results"][number];

/**
 * Looks the customer up among HubSpot's contacts (`POST /crm/v3/objects/contacts/search`), one try, and translates the
 * properties as the configuration says. No contact found is an empty answer. Never throws.
 */
export async function askHubSpot(
  call: HubSpotEnrichmentCall,
  { hubspotToken, allowLoopback }: EnrichmentSender,
): Promise<EnrichmentResult> {
  const token = hubspotToken?.trim() ?? "";
  if (token === "") return failed("no_secret", { why: "no_hubspot_token" }, 0);
  const wanted = wantedOf(call.contact, call.hubspot);
  if (wanted.length === 0) return { kind: "answer", profile: NO_PROFILE, ignored: [], latencyMs: 0 };
  const answer = await askForJson(
    {
      url: `${call.url.replace(/\/$/, "")}/crm/v3/objects/contacts/search`,
      headers: { accept: "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({
        // Groups are alternatives.
        filterGroups: wanted.map(({ property, value }) => ({
          filters: [{ propertyName: property, operator: "EQ", value }],
        })),
        sorts: [{ propertyName: "lastmodifieddate", direction: "DESCENDING" }],
        properties: [...propertiesOf(call.hubspot)],
        limit: CRM_CONTACTS_MAX,
      }),
      timeoutMs: call.timeoutMs,
      answerBytesMax: ENRICHMENT_ANSWER_BYTES_MAX,
    },
    allowLoopback,
  );
  if (answer.kind === "failed") return answer;
  const { latencyMs } = answer;
  const read = SearchAnswer.safeParse(answer.value);
  if (!read.success) return failed("invalid", { why: "no_contact_list" }, latencyMs);
  const contact = bestOf(read.data.results, wanted);
  if (contact === null) return { kind: "answer", profile: NO_PROFILE, ignored: [], latencyMs };
  const translated = translate(contact.properties, call.hubspot);
  // HubSpot was asked just now, so its answer holds now, however long ago the contact was changed.
  const profile = { ...translated.profile, asOf: call.at + latencyMs };
  return { kind: "answer", profile, ignored: translated.ignored, latencyMs };
}

interface Wanted {
  property: string;
  value: string;
}

/** What to look for, the surest first. People write usernames with and without their @, and numbers likewise. */
function wantedOf(contact: EnrichmentContact, { findBy }: HubSpotConfig): Wanted[] {
  const { username } = contact;
  const known = {
    telegramId: [String(contact.id)],
    email: contact.email ? [contact.email] : [],
    phone: contact.phone ? [contact.phone, contact.phone.replace(/^\+/, "")] : [],
    username: username === null ? [] : [username, `@${username}`],
  };
  const wanted = FINDERS.flatMap((by) => {
    const property = findBy[by];
    return property === undefined ? [] : [...new Set(known[by])].map((value) => ({ property, value }));
  });
  return wanted.slice(0, CRM_ALTERNATIVES_MAX);
}

function propertiesOf({ findBy, tier, segment, preferredAgent, priorityScore, attributes }: HubSpotConfig) {
  const mapped = [tier, segment, preferredAgent, priorityScore, ...Object.values(attributes)];
  return new Set(
    [...Object.values(findBy), ...mapped.map((one) => one?.property), "lastmodifieddate"].filter(
      (property) => property !== undefined,
    ),
  );
}

/** Of several that fit, the one found by what is surest, then the most recently modified. */
function bestOf(contacts: readonly Contact[], wanted: readonly Wanted[]): Contact | null {
  const sureness = ({ properties }: Contact): number => {
    const place = wanted.findIndex(
      ({ property, value }) => properties[property]?.toLowerCase() === value.toLowerCase(),
    );
    // HubSpot found it, so it fits; how, only HubSpot knows.
    return place < 0 ? wanted.length : place;
  };
  const modified = ({ properties, updatedAt }: Contact): number => {
    const at = Date.parse(properties["lastmodifieddate"] ?? updatedAt ?? "");
    return Number.isNaN(at) ? 0 : at;
  };
  const sorted = [...contacts].sort((a, b) => sureness(a) - sureness(b) || modified(b) - modified(a));
  return sorted[0] ?? null;
}

type Value = string | number | boolean;
type Mapping<T extends Value> = { property: string; values?: Readonly<Record<string, T>> | undefined };

/** A property value that the configuration cannot translate is left out and named; the others still count. */
function translate(
  properties: Properties,
  { tier, segment, preferredAgent, priorityScore, attributes }: HubSpotConfig,
): { profile: Profile; ignored: Unfit[] } {
  const ignored: Unfit[] = [];
  function read<T extends Value>(
    mapping: Mapping<T> | undefined,
    plain: (text: string) => T | null,
  ): T | null {
    const said = mapping === undefined ? "" : (properties[mapping.property]?.trim() ?? "");
    if (mapping === undefined || said === "") return null;
    const { property, values } = mapping;
    const value = values === undefined ? plain(said) : Object.hasOwn(values, said) ? values[said]! : null;
    if (value === null) {
      const unfit = values === undefined ? "property" : "property_value";
      ignored.push({ unfit, property, said: shortened(said) });
    }
    return value;
  }
  const profile: Profile = {
    ...NO_PROFILE,
    tier: read(tier, upTo(FACT_CHARS_MAX)),
    segment: read(segment, upTo(FACT_CHARS_MAX)),
    preferredAgent: read(preferredAgent, (text) => (/^\d{1,15}$/.test(text) ? Number(text) : null)),
    priorityScore: read(priorityScore, scoreOf),
    attributes: Object.fromEntries(
      Object.entries(attributes).flatMap(([name, mapping]) => {
        const value = read<Value>(mapping, upTo(ATTRIBUTE_CHARS_MAX));
        return value === null ? [] : [[name, value] as const];
      }),
    ),
  };
  return { profile, ignored };
}

function upTo(charsMax: number): (text: string) => string | null {
  return (text) => (text.length <= charsMax ? text : null);
}

function scoreOf(text: string): number | null {
  const score = Number(text);
  return score >= 0 && score <= PRIORITY_SCORE_MAX ? score : null;
}

function shortened(text: string): string {
  return text.length <= FACT_CHARS_MAX ? text : `${cut(text, FACT_CHARS_MAX)}…`;
}
