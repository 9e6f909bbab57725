import { describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { UNREACHABLE_REASONS } from "../../src/domain/contact/contact.ts";
import { REFUSAL_CLASSES } from "../../src/domain/desk/failure.ts";
import { RIGHTS_NEEDED, type Finding } from "../../src/domain/desk/reconciliation.ts";
import { METRICS } from "../../src/domain/metric.ts";
import { PRIORITIES } from "../../src/domain/priority.ts";
import { NO_PROFILE } from "../../src/domain/routing/profile.ts";
import type { RoutingReason } from "../../src/domain/routing/reason.ts";
import type { NextChange, RoutingChange, RoutingWhy } from "../../src/domain/routing/why.ts";
import type { ClockState, PauseReason } from "../../src/domain/sla/clocks.ts";
import type { EscalationAction } from "../../src/domain/sla/sla-policy.ts";
import type { ClockStanding, SlaOverview } from "../../src/domain/sla/standing.ts";
import type { Actor } from "../../src/domain/ticket/actor.ts";
import type { CardFacts } from "../../src/domain/ticket/card.ts";
import type { Already, Refusal } from "../../src/domain/ticket/decision.ts";
import type { AgentNotice, TopicNotice } from "../../src/domain/ticket/effect.ts";
import type { SlaLine } from "../../src/domain/ticket/events/sla.ts";
import type { MessageKind } from "../../src/domain/ticket/message-kind.ts";
import type { InternalNote, Note } from "../../src/domain/ticket/note.ts";
import type { Policy } from "../../src/domain/ticket/policy.ts";
import { TICKET_STATUSES } from "../../src/domain/ticket/status.ts";
import type { Subject } from "../../src/domain/ticket/subject.ts";
import type { Ticket } from "../../src/domain/ticket/ticket.ts";
import type { Language, QueueSign } from "../../src/texts/languages.ts";
import { plain, type RichText } from "../../src/texts/rich-text.ts";
import { markedLanguage } from "../support/marked-language.ts";

/*
 * Names of the configuration and what people write are Greek here, and the language has no Latin letter: one in a text
 * is a code that was not put into words, or a word of another language.
 */

type Text = {
  [Name in keyof Language]: Language[Name] extends (...facts: never[]) => unknown ? Name : never;
}[keyof Language];
type Facts = { [Name in Text]: Parameters<Language[Name]>[] };

const HOUR = 3_600_000;
/** Where people read times: its city is said. */
const ZONE = "Etc/GMT-1";
const REF = "ΑΒ-1";
const WHO = { id: 7, name: "Άδα" };
const QUEUE = "ουρά";
const GROUP = "ομάδα";
const SAID = "Καλημέρα";

const NOTES: Note[] = [
  SAID,
  { reason: "customer_wrote" },
  { reason: "resolved_and_quiet" },
  { reason: "taken_over", from: WHO.name },
  { reason: "nobody_could_take_it" },
  { reason: "queue_of_another_group", queue: QUEUE },
  { reason: "queue_gone", queue: QUEUE },
  { reason: "group_gone", group: GROUP },
];
const ACTORS: Actor[] = [
  { kind: "customer", id: contactId(5) },
  { kind: "agent", ...WHO },
  { kind: "key", name: "πρόγραμμα" },
  { kind: "system", rule: "routing" },
];
const GAPS = [
  { skill: "λατινικά", wanted: 3, has: 0 },
  { skill: "λατινικά", wanted: 3, has: 2 },
  { skill: "λατινικά", wanted: 3, has: 0, expired: true as const },
];
const WHYS: RoutingWhy[] = [
  { why: "unavailable", because: null },
  { why: "unavailable", because: "away" },
  { why: "unavailable", because: "offline" },
  { why: "unavailable", because: "off_shift" },
  { why: "no_room", open: 2, capacity: 2 },
  { why: "declined" },
  { why: "lacks", skills: GAPS },
  { why: "waits_for", skills: GAPS },
  { why: "preferred_agent" },
  { why: "skills_match", skills: ["λατινικά"], percent: 100 },
  { why: "skills_match", skills: ["λατινικά"], percent: 50 },
  { why: "served_customer" },
  { why: "served_tier" },
  { why: "slots", open: 1, capacity: 2 },
];
const ROUTING: RoutingReason = {
  queue: QUEUE,
  stage: { kind: "override" },
  why: WHYS,
  score: 1,
  others: [],
};
const CHANGES: RoutingChange[] = [
  { change: "preferred_skills_drop", levels: 1 },
  { change: "preferred_skills_over" },
  { change: "skills_over", pool: null },
  { change: "skills_over", pool: QUEUE },
  { change: "goes_on", assignee: WHO.name },
  { change: "agent_back", agent: WHO.name },
  { change: "shift_begins", agent: WHO.name },
  { change: "enrichment_over" },
];
const WAITS = CHANGES.map((what) => ({ next: { at: 0, what } satisfies NextChange, zone: ZONE }));
const UNMET = [
  { group: GROUP, together: { λατινικά: 3, ελληνικά: 2 } },
  {
    group: GROUP,
    missing: [
      { skill: "λατινικά", level: 3, best: 0, expired: [], idle: [] },
      { skill: "λατινικά", level: 3, best: 2, expired: ["α", "β", "γ", "δ", "ε", "ζ"], idle: [WHO.name] },
    ],
  },
];
const SKILLS_UNMET = UNMET.flatMap((unmet) => [
  { queue: QUEUE, overrideAfterMs: null, unmet },
  { queue: QUEUE, overrideAfterMs: 90_000, unmet },
]);
const STATES: ClockState[] = ["healthy", "at_risk", "breached", "met", "met_late"];
const PAUSES: PauseReason[] = ["customer_turn", "over"];
const CLOCKS: ClockStanding[] = METRICS.flatMap((metric) =>
  STATES.flatMap((state) =>
    [null, ...PAUSES].flatMap((paused) => {
      const calendar = "ωράριο";
      const ended = state === "met" || state === "met_late";
      return [0, null].map((dueAt) => ({ metric, state, ended, paused, dueAt, calendar }));
    }),
  ),
);
const ACTIONS: EscalationAction[] = [
  { notify: "assignee" },
  { notify: "lead" },
  { notify: 7 },
  { note: "topic" },
  { reassign: "other" },
  { reassign: "senior" },
  ...PRIORITIES.map((priority) => ({ priority })),
  { status: "escalated" },
  { webhook: "ιστός" },
];
const LINES: SlaLine[] = METRICS.flatMap((metric) =>
  (["warning", "breach", "overdue"] as const).flatMap((moment) =>
    (["business", "wall"] as const).flatMap((clock) => {
      const line = { metric, moment, clock, instance: 1, offsetMs: HOUR, dueAt: 0, timeZone: ZONE };
      return [
        { ...line, late: false, kept: false },
        { ...line, late: true, kept: true, soonMs: 60_000, nobody: "free" as const },
        { ...line, late: true, kept: true, soonMs: 120_000, nobody: "to_tell" as const },
      ];
    }),
  ),
);
const OVERVIEWS: SlaOverview[] = [
  { ref: REF, queue: QUEUE, assignee: null, policy: null, clocks: [], ahead: null },
  ...[null, WHO.name].flatMap((assignee) => {
    const policy = { id: "πολιτική", calendar: "ωράριο", timeZone: ZONE };
    return [
      { ref: REF, queue: QUEUE, assignee, policy, clocks: [], ahead: null },
      { ref: REF, queue: QUEUE, assignee, policy, clocks: CLOCKS, ahead: { at: 0, actions: ACTIONS } },
    ];
  }),
];
const FINDINGS: Finding[] = [
  { kind: "group.unreachable", group: GROUP, mended: false },
  { kind: "config.ahead", group: GROUP, object: 2, record: 1, mended: false },
  { kind: "config.ahead", group: GROUP, object: 2, record: 1, mended: true },
  { kind: "group.left_over", group: GROUP, tickets: 3, to: GROUP, mended: true },
  {
    kind: "record.differs",
    group: GROUP,
    object: { tickets: 1, versions: 1 },
    record: { tickets: 2, versions: 2 },
    mended: false,
  },
  { kind: "record.tickets_differ", group: GROUP, tickets: [REF], mended: true },
  { kind: "webhook.drifted", expected: "α", seen: "", mended: true },
  { kind: "webhook.drifted", expected: "α", seen: "β", mended: false },
  { kind: "webhook.drifted", expected: "α", seen: "β", left: "updates_come_there", mended: false },
  { kind: "webhook.drifted", expected: "α", seen: "β", left: "address_unknown", mended: false },
  { kind: "webhook.secret_differs", at: 0, mended: true },
  { kind: "webhook.secret_differs", at: 0, mended: false },
  { kind: "signing.root_changed", mended: false },
  // What Telegram calls its updates, and what it says, is its own.
  { kind: "webhook.deaf", updates: ["μήνυμα"], mended: true },
  { kind: "webhook.errors", message: "λάθος", at: 0, mended: false },
  { kind: "webhook.backlog", updates: 3, mended: false },
  { kind: "webhook.unknown", mended: false },
  { kind: "updates.missing", updates: 1, from: 1, to: 1, after: 0, before: HOUR, mended: false },
  { kind: "updates.missing", updates: 2, from: 1, to: 2, after: 0, before: HOUR, mended: false },
  { kind: "bot.changed", from: 1, to: 2, mended: false },
  { kind: "echoes.missing", group: GROUP, acts: 2, since: 0, mended: false },
  { kind: "echoes.foreign", group: GROUP, acts: 2, since: 0, mended: false },
  { kind: "topics.lost", group: GROUP, tickets: [REF], mended: true },
  { kind: "cards.lost", group: GROUP, tickets: [REF], mended: true },
  { kind: "group.gone", group: GROUP, mended: false },
  { kind: "group.not_a_forum", group: GROUP, copies: 2, mended: false },
  { kind: "group.rights_missing", group: GROUP, rights: [...RIGHTS_NEEDED], mended: false },
  { kind: "group.rights_missing", group: GROUP, rights: [RIGHTS_NEEDED[0]], mended: false },
];
const TOPIC_NOTICES: TopicNotice[] = [
  ...ACTORS.flatMap((by): TopicNotice[] => [
    { code: "ticket.claimed", by },
    { code: "ticket.unclaimed", by },
    ...(["left", "away", "offline", "off_shift"] as const).map((why) => {
      return { code: "ticket.unclaimed" as const, by, gone: { name: null, why, queue: QUEUE } };
    }),
    { code: "ticket.assigned", by, assignee: WHO, routing: ROUTING },
    { code: "ticket.transferred", by, queue: QUEUE },
    { code: "ticket.transferred", by, queue: QUEUE, group: GROUP },
    ...NOTES.flatMap((note): TopicNotice[] => [
      { code: "ticket.assigned", by, assignee: WHO, note },
      { code: "ticket.transferred", by, queue: QUEUE, group: GROUP, note },
      { code: "ticket.arrived", from: GROUP, url: "δεσμός", by, note },
      { code: "ticket.escalated", by, note },
      { code: "ticket.resolved", by, note },
      { code: "ticket.closed", by, note },
      { code: "ticket.reopened", by, note },
    ]),
  ]),
  { code: "ticket.arrived", from: GROUP, url: null },
  { code: "assignment.declined", agent: WHO },
  { code: "assignment.ignored", agent: WHO },
  { code: "sla", lines: LINES },
  { code: "intake.waited" },
  ...UNREACHABLE_REASONS.map((reason) => ({ code: "customer.unreachable" as const, reason })),
  { code: "customer.reachable" },
];
const AGENT_NOTICES: AgentNotice[] = [
  { code: "sla", lines: LINES },
  ...NOTES.map((note) => ({ code: "ticket.assigned_to_you" as const, note, routing: ROUTING })),
  { code: "assignment.ignored" },
  ...ACTORS.map((by) => ({ code: "ticket.escalated" as const, by })),
  { code: "reminder" },
  { code: "reminder", reason: SAID },
  { code: "nobody_takes_it", queue: QUEUE },
  { code: "reconciliation", findings: FINDINGS, timeZone: ZONE },
  { code: "numbers_begun_anew", where: "staff" },
  { code: "numbers_begun_anew", where: "private" },
  { code: "webhook_disabled", webhook: "ιστός" },
  ...SKILLS_UNMET.map((said) => ({ code: "skills_unmet" as const, ...said })),
  { code: "queue.depth_exceeded", queue: QUEUE, unassigned: 1, limit: 5 },
  { code: "queue.depth_recovered", queue: QUEUE, unassigned: 2, limit: 5 },
];
const FAILURES = [
  ...REFUSAL_CLASSES,
  "no_answer",
  "unreadable_answer",
  "temporarily_unavailable",
  "desk_failed",
  "too_late",
  "former_chat",
  "http_502",
  "a_code_of_another_release",
];
const KINDS = [
  ..."text photo video animation audio document voice video_note sticker location venue contact".split(" "),
  ..."poll dice game story checklist rich_message live_photo paid_media invoice giveaway".split(" "),
  ..."giveaway_winners unknown".split(" "),
] as MessageKind[];
const SUBJECTS: Subject[] = [SAID, { kind: "request" }, ...KINDS.map((kind) => ({ kind }))];
const INTERNAL_NOTES: InternalNote[] = [SAID, ...KINDS.map((kind) => ({ kind }))];
const REFUSALS: Refusal[] = [
  { code: "ticket.not_found" },
  ...TICKET_STATUSES.map((status) => ({ code: "ticket.closed" as const, ref: REF, status })),
  { code: "ticket.resolved", ref: REF, status: "resolved" },
  { code: "ticket.claimed_by_other", ref: REF, status: "open", assignee: WHO },
  { code: "ticket.not_yours", ref: REF, status: "open", assignee: WHO },
  { code: "ticket.not_yours", ref: REF, status: "open", assignee: null },
  { code: "agent.unknown", agent: 1, known: [7] },
  { code: "field.unknown", field: "πεδίο" },
  { code: "option.unknown", field: "πεδίο", option: "ναι" },
  { code: "fields.unknown", unknown: [{ field: "πεδίο", is: "field", known: ["άλλο"] }] },
  { code: "tags.too_many", max: 20 },
  { code: "queue.unknown", queue: "", known: [QUEUE] },
  { code: "queue.unknown", queue: "ποια", known: [QUEUE] },
  { code: "ticket.moved", ref: REF, group: GROUP },
  { code: "reminder.past" },
  { code: "reminder.too_far", maxMs: 30 * 24 * HOUR },
];
const ALREADY: Already[] = [
  { code: "ticket.already_claimed", ref: REF, assignee: WHO },
  { code: "ticket.already_unclaimed", ref: REF },
  { code: "ticket.already_assigned", ref: REF, assignee: WHO },
  ...ACTORS.flatMap((by): Already[] => [
    { code: "ticket.already_resolved", ref: REF, by, at: 0 },
    { code: "ticket.already_closed", ref: REF, by, at: 0 },
    { code: "ticket.already_escalated", ref: REF, by, at: 0 },
  ]),
  ...TICKET_STATUSES.map((status) => ({ code: "ticket.already_active" as const, ref: REF, status })),
  { code: "ticket.already_so", ref: REF },
];
const PROFILE = {
  ...NO_PROFILE,
  tier: "χρυσός",
  segment: "μεγάλος",
  attributes: { πόλη: "Αθήνα" },
  reason: SAID,
  asOf: 0,
  receivedAt: 0,
};
const CARD: CardFacts = {
  ref: REF,
  subject: SAID,
  status: "open",
  movedTo: null,
  priority: "normal",
  assignee: null,
  queue: QUEUE,
  tier: null,
  tags: [],
  followUpOf: null,
  payload: null,
  openedAt: 0,
  awaitingSince: null,
  reminders: [],
  statusBy: { by: ACTORS[0], at: 0 },
  topicsLost: 0,
  unreachable: null,
  contact: { id: contactId(5), name: "", username: null, language: null, isPremium: false },
  route: { channel: "telegram", address: "5" },
  answers: [],
  needs: {},
  staleMs: null,
  due: null,
  dueZone: ZONE,
  zone: ZONE,
};
const CARDS: CardFacts[] = [
  CARD,
  ...SUBJECTS.map((subject) => ({ ...CARD, subject })),
  ...TICKET_STATUSES.flatMap((status) =>
    NOTES.map((note) => ({ ...CARD, status, statusBy: { by: ACTORS[3], at: 0, note } })),
  ),
  ...PRIORITIES.map((priority) => ({ ...CARD, priority })),
  ...CLOCKS.map((due) => ({ ...CARD, due })),
  ...UNREACHABLE_REASONS.map((unreachable) => ({ ...CARD, unreachable })),
  {
    ...CARD,
    movedTo: GROUP,
    assignee: WHO,
    tier: "χρυσός",
    tags: ["ετικέτα"],
    followUpOf: REF,
    payload: "από",
    awaitingSince: HOUR,
    reminders: [{ agent: 7, name: WHO.name, at: 0 }],
    topicsLost: 1,
    contact: { id: contactId(5), name: "Όλγα", username: "όλγα", language: "ελ", isPremium: true },
    answers: [{ name: "Τι", label: "Αυτό" }],
    needs: { λατινικά: 3 },
    staleMs: 2 * HOUR,
  },
];
const SIGNS: QueueSign[] = ["late", "at_risk", "unclaimed", "in_hand", "waiting"];
const DURATIONS = [500, 1_000, 2_000, 60_000, 120_000, HOUR, 2 * HOUR, 24 * HOUR, 48 * HOUR, 100 * HOUR];
const STALLS = ["flood_wait", "topic_flood_wait", "no_answer"];
const WHERE = [null, { group: GROUP }, { person: WHO.name }];

const FACTS = {
  agentGreeting: [[WHO.name, "Γραφείο"]],
  agentNotice: AGENT_NOTICES.flatMap((notice): Facts["agentNotice"] => [
    [notice, null],
    [notice, { ref: REF, subject: SAID, url: null, profile: "", due: { standing: CLOCKS[0], zone: ZONE } }],
    [notice, { ref: REF, subject: SAID, url: "δεσμός", profile: "", due: null }],
  ]),
  agentNoticeInTopic: AGENT_NOTICES.map((notice): Facts["agentNoticeInTopic"][number] => [WHO, notice]),
  agentsOnlyHint: [[]],
  ageWords: DURATIONS.map((one): [number] => [one]),
  alreadyWords: ALREADY.map((one): [Already, string] => [one, ZONE]),
  anonymousHint: [[]],
  answerRefused: REFUSALS.map((one): [Refusal] => [one]),
  answersElsewhere: (
    ["message", "story", "photo", "video", "file", "voice message", "poll"] as const
  ).flatMap((what): Facts["answersElsewhere"] => [
    [{ what, name: "", url: null, quote: null }],
    [{ what, name: "Όλγα", url: "δεσμός", quote: SAID }],
  ]),
  atRiskList: [
    [[], 0],
    [
      METRICS.flatMap((metric) =>
        STATES.map((state) => {
          const about = { ref: REF, subject: SAID, assignee: null, url: null };
          return { ...about, state, metric, dueAt: 0, timeZone: ZONE };
        }),
      ),
      3,
    ],
  ],
  availabilityHint: [
    ["online", null, ZONE],
    ["away", null, ZONE],
    ["away", HOUR, ZONE],
    ["offline", null, ZONE],
  ],
  awayUsageHint: [[]],
  byWhen: [0, 30, 3 * 24, 60 * 24].map((hours): [number, number, string] => [hours * HOUR, 0, ZONE]),
  byWords: ACTORS.map((by): [Actor] => [by]),
  card: CARDS.map((one): [CardFacts] => [one]),
  changeAnswer: [["Αυτό"]],
  channelDirectNotice: [[""], ["Κανάλι"]],
  checklistTicked: [[]],
  checklistTickedHint: [[]],
  clockLine: CLOCKS.map((one): [ClockStanding, string] => [one, ZONE]),
  collisionHint: [[WHO.name, REF]],
  customerBlocked: [[]],
  customerChooseToClose: [[]],
  customerGreeting: [[SAID]],
  customerHelp: [["Γραφείο"]],
  customerNewTicketPrompt: [[]],
  customerNothingToClose: [[]],
  customerNotice: [
    [{ code: "ticket.resolved", ref: REF, autoCloseAfterMs: 72 * HOUR }],
    [{ code: "ticket.closed", ref: REF, own: true, reopenWithinMs: HOUR }],
    [{ code: "ticket.closed", ref: REF, own: false, reopenWithinMs: HOUR }],
    [{ code: "ticket.reopened", ref: REF }],
  ],
  customerSentUncopyable: KINDS.map((kind): [typeof kind] => [kind]),
  customerSwitched: SUBJECTS.map((subject): [string, Subject] => [REF, subject]),
  customerTickets: [
    [[]],
    [TICKET_STATUSES.map((status, n) => ({ ref: REF, status, subject: SAID, current: n === 0 }))],
    [SUBJECTS.map((subject, n) => ({ ref: REF, status: "open" as const, subject, current: n === 0 }))],
  ],
  customerToast: [["answered"], ["closed", REF], ["unknown"], ["switched", REF]],
  customerUncopyable: KINDS.map((kind): [typeof kind] => [kind]),
  customerUndelivered: [[]],
  customerWrote: [[""], ["Όλγα"]],
  customerWroteElsewhere: [["Όλγα", "πρόγραμμα", SAID]],
  deletedHint: [[]],
  durationWords: DURATIONS.map((one): [number] => [one]),
  editNotCopied: [[]],
  editOfCommand: [[]],
  editOfRemoved: [[]],
  editOfUncertain: [[]],
  editOfUnsent: [[]],
  editWithoutCopy: [[]],
  findingWords: FINDINGS.map((one): [Finding, string] => [one, ZONE]),
  formerTopicHint: [[]],
  forwardedFrom: [[""], ["Όλγα"]],
  heldBack: [[]],
  heldBackToast: [["sent"], ["already"], ["gone"]],
  instant: [[0, ZONE]],
  internalNoteWords: INTERNAL_NOTES.map((note): [InternalNote] => [note]),
  internalTooLate: [[]],
  internalUncertain: [[]],
  laneStalled: WHERE.flatMap((where) =>
    STALLS.flatMap((why): Facts["laneStalled"] => [
      [where, { why, since: 0, until: null }],
      [where, { why, since: 0, until: HOUR }],
    ]),
  ),
  laneWorksAgain: WHERE.flatMap((where) =>
    STALLS.map((why): Facts["laneWorksAgain"][number] => [where, { why, since: 0, until: HOUR }]),
  ),
  list: [[plain(SAID), [plain(SAID)], 3]],
  Name: ACTORS.map((by): [Actor] => [by]),
  nobodyTakesIt: [[QUEUE]],
  notATopicHint: [["εντολή"]],
  noAnswerWords: [
    [{ why: "timeout", timeoutMs: 100 }],
    [{ why: "unreachable" }],
    [{ why: "redirected" }],
    [{ why: "forbidden_address" }],
    [{ why: "too_large", bytesMax: 10 }],
    [{ why: "status", status: 500 }],
    [{ why: "not_json" }],
    [{ why: "invalid", problems: [SAID] }],
    [{ why: "no_contact_list" }],
    [{ why: "no_secret" }],
    [{ why: "no_hubspot_token" }],
    [{ why: "breaker_open" }],
  ],
  noteIsTextHint: [[]],
  noteTaken: [[REF]],
  noteUsageHint: [[]],
  noteWords: NOTES.map((note): [Note] => [note]),
  noted: [[undefined], ...NOTES.map((note): [Note] => [note])],
  notedBy: INTERNAL_NOTES.map((note): [string, InternalNote] => [WHO.name, note]),
  nothingOpen: [["group"], ["own"]],
  openTurnFrom: [
    [GROUP, 1],
    [GROUP, 2],
  ],
  outcomeUnknown: [[]],
  outsiderHint: [[5]],
  parkedNotice: FAILURES.flatMap((code): [boolean, string][] => [
    [true, code],
    [false, code],
  ]),
  parkedTooLong: [[1], [2]],
  pauseWords: PAUSES.map((one): [PauseReason] => [one]),
  pollHint: [[]],
  privateHint: [[]],
  privateStaffHelp: [[]],
  profileWords: [PROFILE, { ...PROFILE, asOf: null }].map((profile): [Ticket, Policy, number] => [
    { profile } as unknown as Ticket,
    { profileStaleAfterMs: HOUR } as Policy,
    3 * HOUR,
  ]),
  programNoted: [["πρόγραμμα", SAID]],
  programReplied: [["πρόγραμμα", SAID]],
  queueList: [
    [{ open: 2, unclaimed: 1 }, [], 2, ZONE],
    ...[
      { own: 1, toAnswer: 1 },
      { own: 2, toAnswer: 1 },
    ].map((of): Facts["queueList"][number] => [
      of,
      SIGNS.flatMap((sign) =>
        PRIORITIES.flatMap((priority) => {
          const line = { ref: REF, sign, priority, customer: "", url: null };
          return [
            { ...line, assignee: null, waitedMs: null, due: { at: 0, soon: true } },
            { ...line, assignee: WHO.name, waitedMs: HOUR, due: { at: 0, soon: false } },
          ];
        }),
      ),
      99,
      ZONE,
    ]),
  ],
  reactedWith: [["👍"]],
  receipt: [
    [{ ref: REF, expected: null, held: false, answered: [], ask: null }],
    [{ ref: REF, expected: plain("σε"), held: true, answered: [{ ask: "Τι;", label: "Α" }], ask: "Πού;" }],
  ],
  refusalWords: REFUSALS.map((one): [Refusal] => [one]),
  reminderClearedHint: [[]],
  reminderSet: [[0, HOUR, ZONE]],
  replyNeededHint: [[]],
  replyUndelivered: FAILURES.map((code): [string] => [code]),
  routingChangeWords: CHANGES.map((one): [RoutingChange] => [one]),
  routingWhyWords: WHYS.map((one): [RoutingWhy] => [one]),
  sentAfterAll: [[WHO.name]],
  shortDuration: DURATIONS.map((one): [number] => [one]),
  signInWords: [["👎"], ["✍"], ["🤝"]],
  skillsUnmet: SKILLS_UNMET.map((one): Facts["skillsUnmet"][number] => [one]),
  slaOverviewWords: OVERVIEWS.map((one): [SlaOverview, string] => [one, ZONE]),
  slipHint: [[]],
  sourceGone: [[]],
  staffHelp: [[]],
  staffNoted: [[WHO.name, SAID]],
  staffToast: (
    ["claim", "resolve", "close", "reopen", "outsider", "expired", "sent_again", "not_sent_again"] as const
  ).map((what): Facts["staffToast"][number] => [what]),
  stop: [[SAID]],
  subjectWords: SUBJECTS.map((subject): [Subject] => [subject]),
  strangerNotice: [[-1]],
  takenBack: [[]],
  teamList: [
    [
      [null, "away", "offline", "off_shift"].flatMap((because) => [
        { name: WHO.name, lead: true, because, until: HOUR, open: 1, capacity: 0 },
        { name: WHO.name, lead: false, because, until: null, open: 1, capacity: 2 },
      ]),
      1,
      99,
      ZONE,
    ],
  ],
  ticketInfo: [null, ...WAITS].flatMap((waits): Facts["ticketInfo"] => [
    [{ ref: REF, reopenings: 0, others: [] }, null, waits],
    [
      {
        ref: REF,
        reopenings: 2,
        others: TICKET_STATUSES.map((status) => ({ ref: REF, status, subject: SAID })),
      },
      CARD,
      waits,
    ],
  ]),
  ticketSla: [null, ...WAITS].map((waits): Facts["ticketSla"][number] => [OVERVIEWS[0], ZONE, waits]),
  topicNotice: TOPIC_NOTICES.map((one): [TopicNotice] => [one]),
  troubleNotice: (
    ["bot.cannot_manage_topics", "group.not_a_forum", "group.gone", "bot.token_refused"] as const
  ).map((one): Facts["troubleNotice"][number] => [one, GROUP]),
  unavailableWords: [["away"], ["offline"], ["off_shift"]],
  unclaimed: [[1], [2]],
  undelivered: FAILURES.map((code): [string] => [code]),
  unfitWords: [
    [{ unfit: "tier", tier: "χρυσός" }],
    [{ unfit: "preferred_agent", agent: 7 }],
    [{ unfit: "skill", skill: "λατινικά" }],
    [{ unfit: "skill_level", skill: "λατινικά", wanted: 3, best: 2 }],
    [{ unfit: "property", property: "πόλη", said: SAID }],
    [{ unfit: "property_value", property: "πόλη", said: SAID }],
  ],
  unknownCommandHint: [["εντολή"]],
  unmetWords: UNMET.map((one): Facts["unmetWords"][number] => [one]),
  unreachableWords: UNREACHABLE_REASONS.map((one): Facts["unreachableWords"][number] => [one]),
  unsentInPrivate: SUBJECTS.map((subject): Facts["unsentInPrivate"][number] => [{ ref: REF, subject }]),
  usageHint: [
    [{ of: "assign", name: null, among: [WHO.name] }],
    [{ of: "assign", name: "Άδ", among: [WHO.name] }],
    [{ of: "priority" }],
    [{ of: "tag" }],
    [{ of: "snooze" }],
  ],
  versionNoteWords: [
    [{ reason: "chat_moved", from: -100, to: -200 }],
    [{ reason: "lost_by_the_record", version: 3, group: "άλφα" }],
  ],
  whyWords: [["Γιατί", ROUTING]],
  writtenAt: [[0, ZONE]],
  writtenToFormerBot: [[]],
  zoneWords: [[ZONE]],
} satisfies Omit<
  Facts,
  // Told to programs alone, with the configuration's own keys.
  | "routingStepWords"
  // Of a whole ticket and policy; what it says is `byWhen`.
  | "expectation"
>;

/** What stays as it is in every language: commands with what is typed behind them, and times of a zone. */
const THE_SAME = new RegExp(`/[a-zж]+(?: (?:${PRIORITIES.join("|")}))?|GMT-1|UTC`, "g");

const language = await markedLanguage();

function textsOf(said: RichText | string | string[]): string[] {
  if (Array.isArray(said)) return said;
  return [typeof said === "string" ? said : said.text];
}

describe("every fact is put into words of the reader's language", () => {
  test.each(Object.entries(FACTS))("%s", (name, all) => {
    const say = language[name as keyof typeof FACTS] as (...facts: unknown[]) => RichText | string | string[];
    const texts = all.flatMap((facts) => textsOf(say(...facts)));
    const foreign = texts.flatMap((text) => text.replaceAll(THE_SAME, "").match(/[A-Za-z]+/g) ?? []);
    expect([...new Set(foreign)]).toEqual([]);
  });
});
