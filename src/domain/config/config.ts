import * as z from "zod";
import { forDocs } from "#for-docs";
import { Duration } from "../duration.ts";
import {
  AGENT_CAPACITY_DEFAULT,
  ATTRIBUTE_CHARS_MAX,
  ATTRIBUTE_NAME_CHARS_MAX,
  ATTRIBUTES_MAX,
  FACT_CHARS_MAX,
  PRIORITY_SCORE_MAX,
  SKILL_LEVEL_MAX,
} from "../limits.ts";
import { METRICS } from "../metric.ts";
import { PRIORITIES } from "../priority.ts";

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
const NOT_AN_AGENT =
  "must be a Telegram user id, a number such as 123456789: the bot tells people theirs when they write in the staff group";
const TelegramUser = z
  .int({ error: NOT_AN_AGENT })
  .positive({ error: NOT_AN_AGENT })
  .describe(forDocs("A Telegram user id"));
const LocalDate = z.iso.date({ error: dateRule });
const HttpsUrl = z.url({ protocol: /^https?$/ }).max(2_048);

/** `31.12.2026` and `2026-2-1` have one meaning; `1/2/2026` has two. */
function dateRule({ input }: { input?: unknown }): string {
  const rule = 'must be a date in quotes such as "2026-12-31"';
  const text = typeof input === "string" ? input.trim() : "";
  const [, day, month, year] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text) ?? [];
  const [, y, m, d] = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text) ?? [];
  const meant = [year ?? y, (month ?? m)?.padStart(2, "0"), (day ?? d)?.padStart(2, "0")].join("-");
  return z.iso.date().safeParse(meant).success ? `${rule}: did you mean "${meant}"?` : rule;
}

const SkillLevel = z.int().min(1).max(SKILL_LEVEL_MAX);
const SkillLevels = z.record(LongId, SkillLevel);

/** `"09:00-12:30"`; `24:00` may end an interval, and an end before its start runs past midnight. */
const Interval = z
  .string()
  .regex(
    /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/,
    'must be "HH:MM-HH:MM" such as "09:00-17:30", the end at most 24:00',
  );
const Intervals = z.array(Interval).max(24);

const Desk = z.strictObject({
  name: Name.describe(forDocs("What the desk is called")),
  locale: z
    .literal("en", { error: 'must be "en", the only language so far' })
    .default("en")
    .describe(forDocs("The language in which it speaks to customers")),
  timeZone: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(
      forDocs(
        "The IANA zone in which people read times, such as Europe/Berlin. Without it, that of the calendar that holds",
      ),
    ),
  reopenWithin: Duration.default("72h").describe(
    forDocs("For how long after the end a customer who writes takes up the same ticket"),
  ),
  autoCloseResolvedAfter: Duration.default("48h").describe(
    forDocs("When a resolved ticket is closed by itself"),
  ),
  claimOnAnswer: z
    .boolean()
    .default(true)
    .describe(forDocs("Whether an agent's first answer in an unclaimed ticket claims it")),
  groupCalls: z
    .enum(["documented", "learned"])
    .default("documented")
    .describe(
      forDocs(
        "How many calls a minute a staff group is sent: the 20 that Telegram documents, or more where it takes them. `learned` tries a little more while messages wait, and keeps what went through; where Telegram punishes that, everything in the group waits for minutes, once a week at most",
      ),
    ),
  textInWebhooks: z
    .boolean()
    .default(false)
    .describe(
      forDocs(
        "Whether webhooks that ask for it may carry what people have written: subjects, notes, messages",
      ),
    ),
});

const NOT_A_CHAT =
  "must be the group's chat id, a negative number such as -1001234567890: the bot tells it when somebody writes in the group";

const Group = z.strictObject({
  id: Id.describe(forDocs("Its name in queues, agents and the API")),
  chatId: z
    .int({ error: NOT_A_CHAT })
    .negative({ error: NOT_A_CHAT })
    .describe(forDocs("The forum supergroup's chat id, such as -1001234567890")),
  prefix: z
    .string()
    .regex(/^[A-Z][A-Z0-9]{0,7}$/, "must be 1 to 8 characters of A-Z and 0-9, a letter first")
    .describe(
      forDocs(
        "What its tickets' references begin with: SUP gives SUP-1042. It belongs to the group for good",
      ),
    ),
  entry: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -"))
    .max(50)
    .default([])
    .describe(
      forDocs(
        "Payloads of `/start` links that lead new customers here, alone or before an underscore: `vip` takes `?start=vip` and `?start=vip_order1001`. Anybody can type them, so choose one that nobody guesses where this group is not for everybody. None by default",
      ),
    ),
  leads: z
    .array(TelegramUser)
    .max(20)
    .default([])
    .describe(forDocs("Who is told of trouble here, by Telegram user id")),
});

const Tier = z.strictObject({
  score: z
    .int()
    .min(0)
    .max(PRIORITY_SCORE_MAX)
    .describe(forDocs("Of equally urgent tickets the higher goes first")),
  slaPolicy: LongId.describe(forDocs("What customers of this tier are promised")),
});

const Weight = z.number().min(0).max(1_000);

const Queue = z.strictObject({
  id: Id.describe(forDocs("Its name in rules, commands and the API")),
  group: Id.describe(forDocs("The group in which its tickets get their topics")),
  assignment: z
    .enum(["claim", "auto"])
    .default("claim")
    .describe(forDocs("`claim`: agents take tickets; `auto`: the desk hands them out")),
  slaPolicy: LongId.optional().describe(
    forDocs("Holds for tickets whose tier is unknown; a known tier has its own"),
  ),
  depthAlert: z
    .strictObject({
      unassigned: z.int().positive().describe(forDocs("How many may wait unassigned")),
      cooldown: Duration.describe(forDocs("For how long it is not told again")),
    })
    .optional()
    .describe(forDocs("The leads and webhooks are told when more tickets wait than this")),
  strategy: z
    .enum(["weighted", "least_loaded", "round_robin"])
    .default("weighted")
    .describe(forDocs("How the next agent is chosen: the same scorer with other weights")),
  weights: z
    .strictObject({
      preferredAgent: Weight.optional().describe(forDocs("Of being the agent whom another system prefers")),
      preferredSkills: Weight.optional().describe(forDocs("Of having the skills under `preferSkills`")),
      history: Weight.optional().describe(forDocs("Of having served this customer, or their tier, before")),
      spareCapacity: Weight.optional().describe(forDocs("Of having room")),
    })
    .optional()
    .describe(forDocs("What counts how much, in place of the strategy's own weights")),
  relaxAfter: z
    .array(Duration)
    .max(10)
    .default([])
    .describe(
      forDocs(
        "After each of these waits preferred skills drop by a level; without any they only count in the score",
      ),
    ),
  overrideAfter: Duration.optional().describe(
    forDocs("After this wait the next available agent gets a ticket regardless of skill"),
  ),
  answerWithin: Duration.optional().describe(
    forDocs(
      "Who does not answer a ticket that the desk assigned to them loses it after this time and is away. A ticket that they claimed stays with them: for that, an SLA policy's `firstResponse` with `firstResponseStarts: claimed`, and an escalation step that reassigns it",
    ),
  ),
  requireSkills: SkillLevels.optional().describe(forDocs("Skill → level that it takes to be given a ticket")),
  preferSkills: SkillLevels.optional().describe(forDocs("Skill → level that speaks for an agent")),
});

const Agent = z.strictObject({
  telegramId: TelegramUser,
  name: Name.describe(forDocs("What colleagues and the API call them")),
  username: z
    .string()
    .regex(/^[A-Za-z0-9_]{4,32}$/, "must be a Telegram username without the @")
    .optional()
    .describe(forDocs("For `/assign @name`, until they have written in the group")),
  role: z
    .enum(["lead", "senior", "agent"])
    .default("agent")
    .describe(
      forDocs("`lead`: may act for others and is told of trouble; `senior`: takes over what escalates"),
    ),
  groups: z.array(Id).min(1).describe(forDocs("Where they work; the first keeps their availability")),
  capacity: z
    .int()
    .min(0)
    .max(1_000)
    .default(AGENT_CAPACITY_DEFAULT)
    .describe(forDocs("Tickets at once, all groups together; 0: none is handed to them")),
  shift: LongId.optional().describe(
    forDocs("A calendar: they are given tickets while it is open; without one always"),
  ),
  skills: z
    .record(
      LongId,
      z.strictObject({
        level: SkillLevel.describe(forDocs(() => `1 to ${SKILL_LEVEL_MAX}`)),
        expiresOn: LocalDate.optional().describe(forDocs("The last day on which it holds")),
      }),
    )
    .default({})
    .describe(forDocs("Skill → how well they have it")),
});

export const CalendarDocument = z.strictObject({
  id: LongId,
  timeZone: z.string().min(1).max(64).describe(forDocs("An IANA zone, such as Europe/Berlin")),
  weekly: z
    .partialRecord(z.enum(WEEKDAYS), Intervals)
    .describe(forDocs('Opening hours, `"09:00-12:30"`; an end before its start is on the next day')),
  holidays: z
    .array(z.strictObject({ date: LocalDate, name: Name }))
    .max(1_000)
    .default([])
    .describe(forDocs("Closed all day")),
  overrides: z
    .array(z.strictObject({ date: LocalDate, hours: Intervals, name: Name.optional() }))
    .max(1_000)
    .default([])
    .describe(forDocs("Other hours on one date; a holiday beats them")),
});

const Metric = z.enum(METRICS);
const Clock = z.enum(["business", "wall"]);

const SlaPolicy = z.strictObject({
  id: LongId,
  calendar: LongId.describe(forDocs("In whose opening hours targets count")),
  targets: z
    .partialRecord(
      z.enum(PRIORITIES),
      z.strictObject({
        firstResponse: Duration.optional().describe(forDocs("Until the first answer")),
        nextResponse: Duration.optional().describe(
          forDocs("Until an answer to what the customer writes later"),
        ),
        resolution: Duration.optional().describe(forDocs("Until it is resolved")),
      }),
    )
    .describe(forDocs("Priority → what is promised; one without targets has those of `normal`")),
  firstResponseStarts: z
    .enum(["created", "claimed"])
    .default("created")
    .describe(
      forDocs(
        "From when the first response counts. `claimed`: from when an agent has it, so that a ladder can reassign what was claimed and not answered; what the desk assigned by itself is taken back by the queue's `answerWithin`",
      ),
    ),
  pauseResolutionWhile: z
    .array(z.enum(["waiting", "resolved"]))
    .default([])
    .describe(forDocs("In which statuses the resolution clock stands still")),
  warnings: z
    .array(
      z.strictObject({
        before: Duration.describe(forDocs("How long before a promise is due")),
        clock: Clock.default("business").describe(forDocs("Whether that counts opening hours or every hour")),
      }),
    )
    .max(10)
    .default([])
    .describe(forDocs("When the policy's steps at `warning` are taken")),
  escalation: LongId.optional().describe(forDocs("The escalation policy that looks after these promises")),
});

const EscalationAction = z.union([
  z.strictObject({
    notify: z
      .union([z.enum(["assignee", "lead"]), TelegramUser])
      .describe(forDocs("Who is notified in private")),
  }),
  z.strictObject({ note: z.literal("topic").describe(forDocs("Says it in the ticket's topic")) }),
  z.strictObject({
    reassign: z.enum(["senior", "other"]).describe(forDocs("Gives it to an available agent")),
  }),
  z.strictObject({ priority: z.enum(PRIORITIES).describe(forDocs("Raises its priority")) }),
  z.strictObject({ status: z.literal("escalated").describe(forDocs("Makes it escalated")) }),
  z.strictObject({ webhook: LongId.describe(forDocs("Calls an endpoint under `webhooks`")) }),
]);

const EscalationPolicy = z.strictObject({
  id: LongId,
  cooldown: Duration.default("30m").describe(
    forDocs("For how long people are not told of the same ticket again"),
  ),
  steps: z
    .array(
      z.strictObject({
        at: z.enum(["warning", "breach"]).describe(forDocs("Before a promise is due, or when it is broken")),
        after: Duration.optional().describe(forDocs("How long after the breach")),
        clock: Clock.default("business").describe(
          forDocs("Whether `after` counts opening hours or every hour"),
        ),
        metric: Metric.optional().describe(forDocs("Only for this metric; without it for each")),
        actions: z.array(EscalationAction).min(1).max(20).describe(forDocs("What is done, in this order")),
      }),
    )
    .max(50)
    .describe(forDocs("What is done when; in the order of time")),
});

const RoutingRule = z.strictObject({
  when: z
    .strictObject({
      tier: LongId.optional().describe(forDocs("What the customer is to the desk")),
      segment: z.string().max(64).optional().describe(forDocs("As the enrichment says it")),
      category: LongId.optional().describe(forDocs("The answer to the intake field `category`")),
      urgency: LongId.optional().describe(forDocs("The answer to the intake field `urgency`")),
      language: z.string().max(16).optional().describe(forDocs("Of the customer's app, such as de")),
      payload: z
        .string()
        .max(64)
        .optional()
        .describe(forDocs("What stood in the link that the customer came by")),
      attributes: z
        .record(z.string().max(64), z.union([z.string().max(256), z.number(), z.boolean()]))
        .optional()
        .describe(forDocs("As the enrichment says them")),
      during: LongId.optional().describe(forDocs("A calendar: the rule holds while it is open")),
    })
    .describe(forDocs("What must all be so")),
  queue: Id.optional().describe(forDocs("Where the ticket goes; the first rule that says one decides")),
  priority: z.enum(PRIORITIES).optional().describe(forDocs("The first rule that says one decides")),
  requireSkills: SkillLevels.optional().describe(forDocs("Skill → level that it takes, beside the queue's")),
});

/** HubSpot's internal name of a contact property. */
const HubSpotProperty = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,99}$/, "must be a property's internal name: a-z, 0-9 and _, a letter first");

/** A fact and the property that it stands in; with `values` what stands there is looked up, and else taken as it is. */
const fromHubSpot = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({
    property: HubSpotProperty.describe(forDocs("The property's internal name")),
    values: z
      .record(z.string().max(ATTRIBUTE_CHARS_MAX), value)
      .optional()
      .describe(
        forDocs("What stands in the property → what it means here; without it, it is taken as it is"),
      ),
  });

const HubSpot = z.strictObject({
  findBy: z
    .strictObject({
      telegramId: HubSpotProperty.optional().describe(forDocs("The property with the Telegram user id")),
      email: HubSpotProperty.optional().describe(
        forDocs("The property with the e-mail address, which no customer tells yet"),
      ),
      phone: HubSpotProperty.optional().describe(
        forDocs("The property with the number; it is known of who has shared theirs"),
      ),
      username: HubSpotProperty.optional().describe(forDocs("The property with the Telegram username")),
    })
    .describe(
      forDocs(
        "Which property holds what the desk knows of a customer; whom several fit, the first of these decides",
      ),
    ),
  tier: fromHubSpot(LongId).optional().describe(forDocs("From which property the tier comes")),
  segment: fromHubSpot(z.string().min(1).max(FACT_CHARS_MAX))
    .optional()
    .describe(forDocs("From which property the segment comes")),
  preferredAgent: fromHubSpot(TelegramUser)
    .optional()
    .describe(forDocs("From which property the preferred agent comes")),
  priorityScore: fromHubSpot(z.number().min(0).max(PRIORITY_SCORE_MAX))
    .optional()
    .describe(forDocs("From which property the weight in the queue comes")),
  attributes: z
    .record(
      z.string().min(1).max(ATTRIBUTE_NAME_CHARS_MAX),
      fromHubSpot(z.union([z.string().max(ATTRIBUTE_CHARS_MAX), z.number(), z.boolean()])),
    )
    .refine((all) => Object.keys(all).length <= ATTRIBUTES_MAX, {
      error: `must have at most ${ATTRIBUTES_MAX} keys`,
    })
    .default({})
    .describe(forDocs("Attribute → the property from which it comes")),
});

const Enrichment = z.strictObject({
  adapter: z
    .enum(["generic", "hubspot"])
    .default("generic")
    .describe(
      forDocs("`generic`: a system of your own that answers signed questions; `hubspot`: HubSpot's contacts"),
    ),
  url: HttpsUrl.optional().describe(
    forDocs("Where the generic adapter asks; HubSpot's own address is known"),
  ),
  timeout: Duration.default("2500ms").describe(forDocs("How long an answer is waited for")),
  cacheFor: Duration.default("10m").describe(forDocs("How long a customer is not asked about again")),
  staleAfter: Duration.default("7d").describe(
    forDocs("An answer whose data is older, by its own account, is marked so"),
  ),
  shareSubject: z
    .boolean()
    .default(false)
    .describe(forDocs("Whether the ticket's subject, which is the customer's own words, goes along")),
  hubspot: HubSpot.optional().describe(forDocs("Which properties of a contact mean what")),
});

const Routing = z.strictObject({
  rules: z
    .array(RoutingRule)
    .max(500)
    .default([])
    .describe(forDocs("Looked at in this order; several may hold")),
  defaultQueue: Id.describe(forDocs("Where a ticket goes to which no rule gives a queue")),
  defaultTier: LongId.optional().describe(
    forDocs("The tier of customers whose tier is unknown; without it the tier with the lowest score"),
  ),
  fallbackPool: Id.optional().describe(
    forDocs("The group that gets a ticket, once, if no agent takes it after `overrideAfter`"),
  ),
  enrichment: Enrichment.optional().describe(forDocs("A system that says who the customers are")),
  skills: z
    .strictObject({
      url: HttpsUrl.describe(forDocs("Where it is asked, with signed questions")),
      timeout: Duration.default("2500ms").describe(forDocs("How long an answer is waited for")),
      cacheFor: Duration.default("10m").describe(forDocs("How long it is not asked again")),
    })
    .optional()
    .describe(forDocs("A system that says what agents can do, in place of their `skills` here")),
  capacityCounts: z
    .enum(["waiting_for_agent", "all_open"])
    .default("waiting_for_agent")
    .describe(
      forDocs(
        "Which tickets fill an agent's `capacity`: those that wait for the agent, or all that are not resolved, also while the customer is to answer",
      ),
    ),
  showReason: z
    .enum(["assignee", "group"])
    .default("assignee")
    .describe(forDocs("Who reads why an agent got a ticket: the agent alone, or the whole group")),
});

const IntakeField = z.strictObject({
  id: Id.describe(forDocs("Its name in rules and in tickets' `fields`; rules know `category` and `urgency`")),
  ask: z.string().trim().min(1).max(512).describe(forDocs("The question, as the customer reads it")),
  label: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .optional()
    .describe(forDocs("What it is called on the ticket's card, as the staff reads it; without it, its id")),
  options: z
    .array(
      z.strictObject({
        id: Id.describe(forDocs("The answer's name in rules and in tickets' `fields`")),
        label: z.string().trim().min(1).max(64).describe(forDocs("The button, as the customer reads it")),
      }),
    )
    .min(1)
    .max(20)
    .describe(forDocs("The answers that may be given")),
  required: z
    .boolean()
    .default(false)
    .describe(
      forDocs(
        "A required field holds the ticket back from the staff group until it is answered, for `holdFor` at most",
      ),
    ),
});

const Intake = z.strictObject({
  greeting: z
    .string()
    .trim()
    .min(1)
    .max(1_024)
    .default("Hello! How can we help?")
    .describe(forDocs("What the bot answers to /start")),
  fields: z
    .array(IntakeField)
    .max(10)
    .default([])
    .describe(forDocs("What customers are asked, with buttons")),
  createTicket: z
    .literal("on_first_message")
    .default("on_first_message")
    .describe(forDocs("When a ticket opens")),
  holdFor: Duration.default("15m").describe(forDocs("How long a ticket waits for its required answers")),
});

const Webhook = z.strictObject({
  id: LongId.describe(forDocs("Its name in escalation policies and the API")),
  url: HttpsUrl.describe(forDocs("An https address of a public host")),
  events: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(100)
    .describe(
      forDocs(
        "Which of the desk's own events it wants, `*` for all but messages: `GET /webhooks` lists them. What an escalation step calls it gets whatever stands here",
      ),
    ),
  includeText: z
    .boolean()
    .default(false)
    .describe(
      forDocs(
        "Whether it gets subjects, notes and what messages say, where `desk.textInWebhooks` allows that",
      ),
    ),
  signing: z
    .strictObject({
      generation: z.int().min(1).max(1_000_000).describe(forDocs("Counts the secrets from 1")),
      previousUntil: z.iso.datetime().optional().describe(forDocs("Until when the one before signs as well")),
    })
    .optional()
    .describe(
      forDocs(
        "Which of the secrets derived for it signs; `POST /webhooks/{id}/rotate` sets it. Without it the first one does",
      ),
    ),
});

const Retention = z.strictObject({
  closedTickets: Duration.optional().describe(
    forDocs("Closed tickets, from their end on, with all that happened to them"),
  ),
  events: Duration.optional().describe(
    forDocs("What happened to closed tickets; the tickets themselves stay"),
  ),
  audit: Duration.optional().describe(forDocs("Who changed what of the desk itself")),
  webhookLogs: Duration.optional().describe(
    forDocs("Deliveries to endpoints, delivered or given up; delivered ones 30 days at most"),
  ),
  enrichment: Duration.optional().describe(forDocs("What other systems said of customers")),
});

/** The sections, each with its own schema, in the order in which people read them. */
export const ConfigSections = {
  desk: Desk.describe(forDocs("What holds for the whole desk")),
  groups: z.array(Group).min(1).max(200).describe(forDocs("The staff's forum groups")),
  tiers: z.record(LongId, Tier).default({}).describe(forDocs("Tier → what its customers are to the desk")),
  queues: z.array(Queue).min(1).max(500).describe(forDocs("Where tickets wait, each in a group")),
  agents: z.array(Agent).max(5_000).default([]).describe(forDocs("Who answers")),
  calendars: z.array(CalendarDocument).max(500).default([]).describe(forDocs("When business time counts")),
  slaPolicies: z.array(SlaPolicy).max(200).default([]).describe(forDocs("What is promised")),
  escalationPolicies: z
    .array(EscalationPolicy)
    .max(200)
    .default([])
    .describe(forDocs("What is done when a promise is at risk or broken")),
  routing: Routing.describe(forDocs("Which ticket goes where, and to whom")),
  intake: Intake.default({
    greeting: "Hello! How can we help?",
    fields: [],
    createTicket: "on_first_message",
    holdFor: "15m",
  }).describe(forDocs("What customers are asked")),
  webhooks: z.array(Webhook).max(100).default([]).describe(forDocs("Endpoints that the desk calls")),
  retention: Retention.default({}).describe(
    forDocs("How long things are kept; what is left out is kept for good"),
  ),
};

export const ConfigDocument = z.strictObject({
  $schema: z
    .string()
    .max(2_048)
    .optional()
    .describe(forDocs("Where an editor finds the schema of this document; the desk does not look there")),
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
export type HubSpotConfig = NonNullable<EnrichmentConfig["hubspot"]>;
export type EscalationPolicyConfig = Config["escalationPolicies"][number];

/** A configuration and the version that D1 gave it; versions count from 1. */
export interface VersionedConfig {
  version: number;
  config: Config;
}
