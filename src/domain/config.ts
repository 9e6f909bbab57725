import * as z from "zod";
import { Duration } from "./duration.ts";
import {
  AGENT_CAPACITY_DEFAULT,
  ATTRIBUTE_CHARS_MAX,
  ATTRIBUTE_NAME_CHARS_MAX,
  ATTRIBUTES_MAX,
  FACT_CHARS_MAX,
  PRIORITY_SCORE_MAX,
  SKILL_LEVEL_MAX,
} from "./limits.ts";
import { PRIORITIES } from "./priority.ts";
import { METRICS } from "./sla/metric.ts";

/**
 * The configuration of a desk as one document. Sections refer to each other by id; `checkConfig` holds those
 * references together. Unknown keys are refused, so a typing mistake is named instead of silently ignored.
 */

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Short ids keep `callback_data` within Telegram's 64 bytes: see `telegram/callback.ts`. */
const Id = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,14}[a-z0-9])?$/,
    "must be 1 to 16 characters of a-z, 0-9 and inner hyphens",
  );
const LongId = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?$/,
    "must be 1 to 64 characters of a-z, 0-9, and inner . _ -",
  );
const Name = z.string().trim().min(1).max(128);
const TelegramUser = z.int().positive().describe("A Telegram user id");
const LocalDate = z.iso.date();
const HttpsUrl = z.url({ protocol: /^https?$/ }).max(2_048);

const SkillLevel = z.int().min(1).max(SKILL_LEVEL_MAX);
const SkillLevels = z.record(LongId, SkillLevel);

/** `"09:00-12:30"`; `24:00` may end an interval, and an end before its start runs past midnight. */
const Interval = z
  .string()
  .regex(
    /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/,
    'must be "HH:MM-HH:MM", the end at most 24:00',
  );
const Intervals = z.array(Interval).max(24);

const Desk = z.strictObject({
  name: Name,
  locale: z.literal("en").default("en"),
  reopenWithin: Duration.default("72h"),
  autoCloseResolvedAfter: Duration.default("48h"),
  /** Whether an agent's first answer in an unclaimed ticket claims it. */
  claimOnAnswer: z.boolean().default(true),
  /** Whether webhooks that ask for it may carry what people have written: subjects and notes. */
  textInWebhooks: z.boolean().default(false),
});

const Group = z.strictObject({
  id: Id,
  chatId: z.int().negative().describe("The forum supergroup's chat id, such as -1001234567890"),
  prefix: z
    .string()
    .regex(/^[A-Z][A-Z0-9]{0,7}$/, "must be 1 to 8 characters of A-Z and 0-9, a letter first"),
  leads: z.array(TelegramUser).max(20).default([]),
});

const Tier = z.strictObject({ score: z.int().min(0).max(PRIORITY_SCORE_MAX), slaPolicy: LongId });

const Weight = z.number().min(0).max(1_000);

const Queue = z.strictObject({
  id: Id,
  group: Id,
  assignment: z.enum(["claim", "auto"]).default("claim"),
  /** Holds for tickets whose tier nobody knows; a known tier has its own. */
  slaPolicy: LongId.optional(),
  depthAlert: z.strictObject({ unassigned: z.int().positive(), cooldown: Duration }).optional(),
  /** How the next agent is chosen: the same scorer with other weights. */
  strategy: z.enum(["weighted", "least_loaded", "round_robin"]).default("weighted"),
  weights: z
    .strictObject({
      preferredAgent: Weight.optional(),
      preferredSkills: Weight.optional(),
      history: Weight.optional(),
      spareCapacity: Weight.optional(),
    })
    .optional(),
  /** After each of these waits preferred skills drop by a level; without any they only count in the score. */
  relaxAfter: z.array(Duration).max(10).default([]),
  /** After this wait the next available agent gets a ticket regardless of skill. */
  overrideAfter: Duration.optional(),
  /** Who does not answer an assigned ticket in this time loses it and is away. */
  answerWithin: Duration.optional(),
  requireSkills: SkillLevels.optional(),
  preferSkills: SkillLevels.optional(),
});

const Agent = z.strictObject({
  telegramId: TelegramUser,
  name: Name,
  username: z
    .string()
    .regex(/^[A-Za-z0-9_]{4,32}$/, "must be a Telegram username without the @")
    .optional(),
  role: z.enum(["lead", "senior", "agent"]).default("agent"),
  groups: z.array(Id).min(1),
  capacity: z.int().min(0).max(1_000).default(AGENT_CAPACITY_DEFAULT),
  shift: LongId.optional(),
  skills: z
    .record(LongId, z.strictObject({ level: SkillLevel, expiresOn: LocalDate.optional() }))
    .default({}),
});

export const CalendarDocument = z.strictObject({
  id: LongId,
  timeZone: z.string().min(1).max(64),
  weekly: z.partialRecord(z.enum(WEEKDAYS), Intervals),
  holidays: z
    .array(z.strictObject({ date: LocalDate, name: Name }))
    .max(1_000)
    .default([]),
  overrides: z
    .array(z.strictObject({ date: LocalDate, hours: Intervals, name: Name.optional() }))
    .max(1_000)
    .default([]),
});

const Metric = z.enum(METRICS);
const Clock = z.enum(["business", "wall"]);

const SlaPolicy = z.strictObject({
  id: LongId,
  calendar: LongId,
  targets: z.partialRecord(
    z.enum(PRIORITIES),
    z.strictObject({
      firstResponse: Duration.optional(),
      nextResponse: Duration.optional(),
      resolution: Duration.optional(),
    }),
  ),
  firstResponseStarts: z.enum(["created", "claimed"]).default("created"),
  pauseResolutionWhile: z.array(z.enum(["waiting", "resolved"])).default([]),
  warnings: z
    .array(z.strictObject({ before: Duration, clock: Clock.default("business") }))
    .max(10)
    .default([]),
  escalation: LongId.optional(),
});

const EscalationAction = z.union([
  z.strictObject({ notify: z.union([z.enum(["assignee", "lead"]), TelegramUser]) }),
  z.strictObject({ note: z.literal("topic") }),
  z.strictObject({ reassign: z.enum(["senior", "other"]) }),
  z.strictObject({ priority: z.enum(PRIORITIES) }),
  z.strictObject({ status: z.literal("escalated") }),
  z.strictObject({ webhook: LongId }),
]);

const EscalationPolicy = z.strictObject({
  id: LongId,
  cooldown: Duration.default("30m"),
  steps: z
    .array(
      z.strictObject({
        at: z.enum(["warning", "breach"]),
        after: Duration.optional().describe("How long after the breach"),
        /** Whether `after` counts opening hours or every hour. */
        clock: Clock.default("business"),
        /** Only for this metric; without it for each. */
        metric: Metric.optional(),
        actions: z.array(EscalationAction).min(1).max(20),
      }),
    )
    .max(50),
});

const RoutingRule = z.strictObject({
  when: z.strictObject({
    tier: LongId.optional(),
    segment: z.string().max(64).optional(),
    category: LongId.optional(),
    urgency: LongId.optional(),
    language: z.string().max(16).optional(),
    payload: z.string().max(64).optional(),
    attributes: z
      .record(z.string().max(64), z.union([z.string().max(256), z.number(), z.boolean()]))
      .optional(),
    during: LongId.optional().describe("A calendar: the rule holds while it is open"),
  }),
  queue: Id.optional(),
  priority: z.enum(PRIORITIES).optional(),
  requireSkills: SkillLevels.optional(),
});

/** HubSpot's internal name of a contact property. */
const HubSpotProperty = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,99}$/, "must be a property's internal name: a-z, 0-9 and _, a letter first");

/** A fact and the property that it stands in; with `values` what stands there is looked up, and else taken as it is. */
const fromHubSpot = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({
    property: HubSpotProperty,
    values: z.record(z.string().max(ATTRIBUTE_CHARS_MAX), value).optional(),
  });

const HubSpot = z.strictObject({
  /**
   * Which property holds what the desk knows of a customer; whom several fit, the first of these decides. It knows the
   * phone number of who has shared their own, and no e-mail address as long as Telegram is the only channel.
   */
  findBy: z.strictObject({
    telegramId: HubSpotProperty.optional(),
    email: HubSpotProperty.optional(),
    phone: HubSpotProperty.optional(),
    username: HubSpotProperty.optional(),
  }),
  tier: fromHubSpot(LongId).optional(),
  segment: fromHubSpot(z.string().min(1).max(FACT_CHARS_MAX)).optional(),
  preferredAgent: fromHubSpot(TelegramUser).optional(),
  priorityScore: fromHubSpot(z.number().min(0).max(PRIORITY_SCORE_MAX)).optional(),
  attributes: z
    .record(
      z.string().min(1).max(ATTRIBUTE_NAME_CHARS_MAX),
      fromHubSpot(z.union([z.string().max(ATTRIBUTE_CHARS_MAX), z.number(), z.boolean()])),
    )
    .refine((all) => Object.keys(all).length <= ATTRIBUTES_MAX, {
      error: `must have at most ${ATTRIBUTES_MAX} keys`,
    })
    .default({}),
});

const Enrichment = z.strictObject({
  adapter: z.enum(["generic", "hubspot"]).default("generic"),
  /** Where the generic adapter asks; HubSpot's own address is known. */
  url: HttpsUrl.optional(),
  timeout: Duration.default("2500ms"),
  cacheFor: Duration.default("10m"),
  /** An answer whose data is older, by its own account, is marked so. */
  staleAfter: Duration.default("7d"),
  /** Whether the ticket's subject, which is the customer's own words, goes along. */
  shareSubject: z.boolean().default(false),
  hubspot: HubSpot.optional(),
});

const Routing = z.strictObject({
  rules: z.array(RoutingRule).max(500).default([]),
  defaultQueue: Id,
  /** The tier of customers of whom nobody knows one; without it the tier with the lowest score. */
  defaultTier: LongId.optional(),
  fallbackPool: Id.optional(),
  enrichment: Enrichment.optional(),
  /** A system that says what agents can do, in place of their `skills` here. */
  skills: z
    .strictObject({
      url: HttpsUrl,
      timeout: Duration.default("2500ms"),
      cacheFor: Duration.default("10m"),
    })
    .optional(),
  /** Who reads why somebody got a ticket: they alone, or the whole group. */
  showReason: z.enum(["assignee", "group"]).default("assignee"),
});

const IntakeField = z.strictObject({
  id: Id,
  ask: z.string().trim().min(1).max(512),
  options: z
    .array(z.strictObject({ id: Id, label: z.string().trim().min(1).max(64) }))
    .min(1)
    .max(20),
  /** A required field holds the ticket back from the staff group until it is answered, for `holdFor` at most. */
  required: z.boolean().default(false),
});

const Intake = z.strictObject({
  greeting: z.string().trim().min(1).max(1_024).default("Hello! How can we help?"),
  fields: z.array(IntakeField).max(10).default([]),
  createTicket: z.literal("on_first_message").default("on_first_message"),
  holdFor: Duration.default("15m"),
});

const Webhook = z.strictObject({
  id: LongId,
  url: HttpsUrl,
  /** Which of the desk's own events it wants, `*` for all but messages; what an escalation step calls it gets whatever stands here. */
  events: z.array(z.string().min(1).max(64)).min(1).max(100),
  /** Whether it gets subjects, notes and what messages say, where `desk.textInWebhooks` allows that. */
  includeText: z.boolean().default(false),
  /** Which of the secrets derived for it signs, and until when the one before does as well; `POST …/rotate` sets it. */
  signing: z
    .strictObject({
      generation: z.int().min(1).max(1_000_000),
      previousUntil: z.iso.datetime().optional(),
    })
    .optional(),
});

/** How long things are kept; what is left out is kept for good. */
const Retention = z.strictObject({
  /** Closed tickets, from their end on, with all that happened to them. */
  closedTickets: Duration.optional().describe("Closed tickets with all that happened to them"),
  events: Duration.optional().describe("What happened to closed tickets; the tickets themselves stay"),
  audit: Duration.optional().describe("Who changed what of the desk itself"),
  webhookLogs: Duration.optional().describe(
    "Deliveries to endpoints, delivered or given up; delivered ones 30 days at most",
  ),
  enrichment: Duration.optional().describe("What other systems said of customers"),
});

/** The sections, each with its own schema, in the order in which people read them. */
export const ConfigSections = {
  desk: Desk,
  groups: z.array(Group).min(1).max(200),
  tiers: z.record(LongId, Tier).default({}),
  queues: z.array(Queue).min(1).max(500),
  agents: z.array(Agent).max(5_000).default([]),
  calendars: z.array(CalendarDocument).max(500).default([]),
  slaPolicies: z.array(SlaPolicy).max(200).default([]),
  escalationPolicies: z.array(EscalationPolicy).max(200).default([]),
  routing: Routing,
  intake: Intake.default({
    greeting: "Hello! How can we help?",
    fields: [],
    createTicket: "on_first_message",
    holdFor: "15m",
  }),
  webhooks: z.array(Webhook).max(100).default([]),
  retention: Retention.default({}),
};

export const ConfigDocument = z.strictObject({
  /** Where an editor finds the schema of this document; the desk does not look there. */
  $schema: z.string().max(2_048).optional(),
  ...ConfigSections,
});

/** A configuration as people write it: what has a default may be left out. */
export type ConfigInput = z.input<typeof ConfigDocument>;
/** A configuration as the desk uses it: every default is filled in. */
export type Config = z.output<typeof ConfigDocument>;

export type GroupConfig = Config["groups"][number];
export type QueueConfig = Config["queues"][number];
export type AgentConfig = Config["agents"][number];
export type IntakeFieldConfig = Config["intake"]["fields"][number];
export type CalendarConfig = Config["calendars"][number];
export type SlaPolicyConfig = Config["slaPolicies"][number];
export type EnrichmentConfig = NonNullable<Config["routing"]["enrichment"]>;
export type SkillConfig = Config["routing"]["skills"];
export type HubSpotConfig = NonNullable<EnrichmentConfig["hubspot"]>;
export type EscalationPolicyConfig = Config["escalationPolicies"][number];

/** A configuration and the version that D1 gave it; versions count from 1. */
export interface VersionedConfig {
  version: number;
  config: Config;
}
