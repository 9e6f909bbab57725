import type { AgentConfig } from "../../domain/config/config.ts";
import { cut } from "../../domain/cut.ts";
import { durationMs } from "../../domain/duration.ts";
import { DELETE_WITHIN_MS, NOTE_CHARS_MAX } from "../../domain/limits.ts";
import { isPriority } from "../../domain/priority.ts";
import { isLeadOf } from "../../domain/team/agent.ts";
import type { AgentActor, TicketCommand } from "../../domain/ticket/command.ts";
import type { Decision } from "../../domain/ticket/decision.ts";
import { tagOf } from "../../domain/ticket/tag.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Writing } from "../../telegram/message.ts";
import { isStaffCommand, worksAnywhere, type StaffCommandName } from "../../texts/commands.ts";
import { undelivered } from "../../texts/en/delivery.ts";
import {
  agentsOnlyHint,
  alreadyWords,
  assignAmbiguousHint,
  assignUsageHint,
  availabilityHint,
  awayUsageHint,
  notATopicHint,
  noteUsageHint,
  priorityUsageHint,
  refusalWords,
  reminderClearedHint,
  replyNeededHint,
  slipHint,
  snoozeUsageHint,
  staffHelp,
  tagUsageHint,
  unknownCommandHint,
} from "../../texts/en/hints.ts";
import { reminderSet } from "../../texts/en/promises.ts";
import { notedBy } from "../../texts/en/topic.ts";
import { kindWords } from "../../texts/en/words.ts";
import { plain, type RichText } from "../../texts/rich-text.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import type { InFlight } from "../conversation/mirror.ts";
import { internalAlbum } from "../conversation/speaking.ts";
import { FACTS } from "../tables/facts.ts";
import { chatLane, STAFF_CHAT } from "../tables/lane.ts";
import { actorOf, agentOf, agentOrHint, findAgent, outsiderKey } from "./agents.ts";
import { withdraw } from "./held-back.ts";
import { info, mine, overdue, queue, sla, team } from "./staff-lists.ts";
import { ticketOf } from "./staff-message.ts";

/** A message with a leading slash: a command, an internal note or a slip; never anything for the customer. */
export function staffSlash(tx: Transaction, arrival: Of<"staff_slash">, inFlight: InFlight): void {
  const { sender, topicId, writing, slashed: slash } = arrival;
  const ticket = ticketOf(tx, topicId);
  // "/start@OtherBot" is for another bot of the group: nothing is answered, and nothing of it goes to the customer.
  if (slash.kind === "command" && slash.bot !== null && !isOurName(tx, slash.bot)) {
    const by = sender.anonymous ? undefined : agentOf(tx, sender.id);
    if (writing.album !== null && ticket !== undefined && by !== undefined)
      withholdAlbum(tx, { ...writing, album: writing.album }, by, topicId, inFlight);
    return;
  }
  const anywhere = slash.kind === "command" && worksAnywhere(slash.name);
  // A topic that is no ticket's is the staff's own: what is said there is none of the desk's business.
  if (ticket === undefined && !(slash.kind === "command" && isStaffCommand(slash.name))) return;
  const toldWhy = tx.told.has(outsiderKey(sender, topicId));
  const agent = agentOrHint(tx, sender, ticket, topicId, writing);
  const reply = (text: RichText): void =>
    tx.hint(sender.anonymous ? 0 : sender.id, topicId, ticket?.number ?? 0, text, writing.messageId);
  const show = (text: RichText): void =>
    tx.show(sender.id, topicId, ticket?.number ?? 0, text, writing.messageId);
  if (agent === undefined) {
    // A command is a question to the desk: it is answered each time.
    if (toldWhy && slash.kind === "command" && isStaffCommand(slash.name)) reply(agentsOnlyHint());
    return;
  }
  const unsent = (text: RichText): void =>
    tx.hintUnsent(sender.id, topicId, ticket?.number ?? 0, text, writing.messageId);

  if (writing.album !== null && ticket !== undefined)
    withholdAlbum(tx, { ...writing, album: writing.album }, agent, topicId, inFlight);
  if (slash.kind === "slip") {
    unsent(slipHint());
    return;
  }
  if (slash.kind === "note") {
    note(tx, ticket!, agent, slash.text, writing);
    return;
  }
  if (!isStaffCommand(slash.name)) {
    unsent(unknownCommandHint(slash.name));
    return;
  }
  if (ticket === undefined && !anywhere) {
    reply(notATopicHint(slash.name));
    return;
  }
  command(tx, slash.name, slash.argument, { agent, ticket, arrival, reply, show });
}

function isOurName(tx: Transaction, username: string): boolean {
  const own = tx.facts.get(FACTS.botUsername);
  return typeof own !== "string" || own.toLowerCase() === username.toLowerCase();
}

/** What of the album is still here stays here, and so does what is yet to come; what the customer has is taken back. */
function withholdAlbum(
  tx: Transaction,
  { messageId, album }: { messageId: number; album: string },
  { telegramId: by }: AgentConfig,
  topicId: number | null,
  inFlight: InFlight,
): void {
  tx.told.firstTime(internalAlbum(album), tx.now);
  const rows = tx.messages.albumOf({ chat: STAFF_CHAT, messageId, album });
  withdraw(tx, rows, inFlight, { by, topicId, messageId });
}

function note(tx: Transaction, ticket: Ticket, agent: AgentConfig, text: string, writing: Writing): void {
  const said = text === "" ? `(${kindWords(writing.kind)})` : cut(text, NOTE_CHARS_MAX);
  tx.apply(ticket.number, { type: "agent_noted", by: actorOf(agent), text: said });
  tx.sign(ticket.number, writing.messageId, "✍");
  // Whispered to the bot, it stands in the topic for nobody else.
  if (writing.ephemeral) tx.tellTopic(ticket.number, notedBy(agent.name, said));
}

interface CommandContext {
  agent: AgentConfig;
  ticket: Ticket | undefined;
  arrival: Of<"staff_slash">;
  /** Answers with a sentence, or with a list. */
  reply: (text: RichText) => void;
  show: (text: RichText) => void;
}

function command(tx: Transaction, name: StaffCommandName, argument: string, context: CommandContext): void {
  const { agent, arrival, reply, show } = context;
  if (name === "help") {
    show(staffHelp());
    return;
  }
  if (name === "queue") {
    show(queue(tx));
    return;
  }
  if (name === "mine") {
    show(mine(tx, agent));
    return;
  }
  if (name === "team") {
    show(team(tx));
    return;
  }
  if (name === "overdue") {
    show(overdue(tx));
    return;
  }
  if (name === "online" || name === "away" || name === "offline") {
    setAvailability(tx, agent, name, argument, reply);
    return;
  }
  const ticket = context.ticket!;
  const by = actorOf(agent);
  const noted = argument === "" ? {} : { note: cut(argument, NOTE_CHARS_MAX) };
  const succeeds = (ticketCommand: TicketCommand): boolean => {
    const { decision } = tx.apply(ticket.number, ticketCommand);
    const answer = inWords(tx, decision);
    if (answer !== null) reply(answer);
    return answer === null;
  };
  const run = (ticketCommand: TicketCommand): void => void succeeds(ticketCommand);
  /** For what changes the card only: everything else leaves a notice in the topic. */
  const runSilently = (ticketCommand: TicketCommand): void => {
    if (succeeds(ticketCommand)) tx.sign(ticket.number, arrival.writing.messageId, "👍");
  };
  switch (name) {
    case "claim":
      return run({ type: "agent_claimed", by });
    case "unclaim":
      return run({
        type: "agent_unclaimed",
        by,
        lead: isLeadOf(tx.rules.config, tx.rules.group.id, agent),
      });
    case "resolve":
      return run({ type: "agent_resolved", by, ...noted });
    case "close":
      return run({ type: "agent_closed", by, ...noted });
    case "reopen":
      return run({ type: "agent_reopened", by, ...noted });
    case "assign": {
      const found = findAgent(tx, argument, arrival);
      if (found.kind === "one") {
        return run({
          type: "agent_assigned",
          by,
          assignee: { id: found.agent.telegramId, name: found.agent.name },
        });
      }
      return reply(
        found.kind === "none"
          ? assignUsageHint(found.choice.map((one) => one.name))
          : assignAmbiguousHint(
              argument,
              found.choice.map((one) => one.name),
            ),
      );
    }
    case "note":
      return argument === "" && arrival.writing.kind === "text"
        ? reply(noteUsageHint())
        : note(tx, ticket, agent, argument, arrival.writing);
    case "priority": {
      const priority = argument.toLowerCase();
      return isPriority(priority)
        ? runSilently({ type: "agent_prioritised", by, priority })
        : reply(priorityUsageHint());
    }
    case "tag": {
      const { add, remove } = tagsOf(argument);
      return add.length + remove.length === 0
        ? reply(tagUsageHint())
        : runSilently({ type: "agent_tagged", by, add, remove });
    }
    case "transfer": {
      const [queueId = "", ...words] = argument.split(/\s+/);
      const why = cut(words.join(" "), NOTE_CHARS_MAX);
      return run({
        type: "agent_transferred",
        by,
        queue: queueId.toLowerCase(),
        ...(why === "" ? {} : { note: why }),
      });
    }
    case "decline":
      return run({ type: "agent_declined", by });
    case "escalate":
      return run({ type: "agent_escalated", by, ...noted });
    case "snooze":
      return snooze(tx, argument, by, succeeds, reply);
    case "sla":
      return show(sla(tx, ticket.number));
    case "info":
      return show(info(tx, ticket));
    case "delete":
      return deleteCopy(tx, ticket, agent, arrival, reply);
    default:
      name satisfies never;
  }
}

/** Whether an agent is given tickets: `/away 30m` ends by itself. */
export function setAvailability(
  tx: Transaction,
  { telegramId: id }: AgentConfig,
  availability: "online" | "away" | "offline",
  argument: string,
  reply: (text: RichText) => void,
): void {
  const forMs = availability === "away" && argument !== "" ? durationMs(argument.toLowerCase()) : null;
  if (forMs === undefined) return reply(awayUsageHint());
  const until = forMs === null ? null : tx.now + forMs;
  tx.agentIs(id, availability, until);
  reply(availabilityHint(availability, until, tx.rules.policy.zoneFor(null)));
}

/** `2h`, `2h the parcel should be there`, `off`. */
function snooze(
  tx: Transaction,
  argument: string,
  by: AgentActor,
  succeeds: (command: TicketCommand) => boolean,
  reply: (text: RichText) => void,
): void {
  const [when = "", ...words] = argument.split(/\s+/);
  if (when.toLowerCase() === "off") {
    if (succeeds({ type: "agent_snoozed", by, agent: by, remindAt: null })) reply(reminderClearedHint());
    return;
  }
  const inMs = durationMs(when.toLowerCase());
  if (inMs === undefined) return reply(snoozeUsageHint());
  const reason = cut(words.join(" "), NOTE_CHARS_MAX);
  const remindAt = tx.now + inMs;
  const said = reason === "" ? {} : { reason };
  if (succeeds({ type: "agent_snoozed", by, agent: by, remindAt, ...said }))
    reply(reminderSet(remindAt, inMs, tx.rules.policy.zoneFor(null)));
}

export function inWords(tx: Transaction, decision: Decision): RichText | null {
  if ("refused" in decision) return plain(refusalWords(decision.refused));
  return "already" in decision ? alreadyWords(decision.already, tx.rules.policy.zoneFor(null)) : null;
}

function tagsOf(argument: string): { add: string[]; remove: string[] } {
  const words = argument.split(/[\s,]+/);
  return {
    add: words
      .filter((word) => !word.startsWith("-"))
      .map(tagOf)
      .filter((tag) => tag !== ""),
    remove: words
      .filter((word) => word.startsWith("-"))
      .map(tagOf)
      .filter((tag) => tag !== ""),
  };
}

/** Removes the customer's copy of an agent's message. */
function deleteCopy(
  tx: Transaction,
  ticket: Ticket,
  agent: AgentConfig,
  { writing, topicId }: Of<"staff_slash">,
  reply: CommandContext["reply"],
): void {
  const row =
    writing.replyTo === null
      ? undefined
      : tx.messages.byOriginal({ chat: STAFF_CHAT, messageId: writing.replyTo });
  if (row === undefined || row.ticket !== ticket.number) return reply(replyNeededHint());
  const key = { chat: row.chat, messageId: row.messageId };
  if (row.state === "held" || (row.state === "waiting" && row.attemptedAt === null)) {
    tx.messages.update(key, { state: "dropped", content: null });
    tx.sign(ticket.number, writing.messageId, "👍");
    return;
  }
  if (tx.now - row.sentAt > DELETE_WITHIN_MS) return reply(undelivered("too_late"));
  tx.work({
    lane: chatLane(ticket.customer),
    ticket: ticket.number,
    work: { kind: "mirror_delete", of: key, by: agent.telegramId, topicId },
  });
  tx.sign(ticket.number, writing.messageId, "👍");
}
