import type { AgentConfig } from "../../domain/config/config.ts";
import { routeOf } from "../../domain/contact/route.ts";
import { cut } from "../../domain/cut.ts";
import { durationMs } from "../../domain/duration.ts";
import { DELETE_WITHIN_MS, NOTE_CHARS_MAX } from "../../domain/limits.ts";
import { actOf } from "../../domain/ticket/acts.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Writing } from "../../telegram/message.ts";
import { isStaffCommand, worksAnywhere, type StaffCommandName } from "../../texts/commands.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { internalAlbum } from "../conversation/speaking.ts";
import { FACTS } from "../tables/facts.ts";
import { laneTo, STAFF_CHAT } from "../tables/lane.ts";
import { act, type Acted } from "./act.ts";
import { actorOf, agentOf, agentOrHint, findAgent, outsiderKey } from "./agents.ts";
import { withdraw } from "./held-back.ts";
import { info, mine, overdue, queue, sla, team } from "./staff-lists.ts";
import { ticketOf } from "./staff-message.ts";

/** A message with a leading slash: a command, an internal note or a slip; never anything for the customer. */
export function staffSlash(tx: Transaction, arrival: Of<"staff_slash">): void {
  const { sender, topicId, writing, slashed: slash } = arrival;
  const ticket = ticketOf(tx, topicId);
  // "/start@OtherBot" is for another bot of the group: nothing is answered, and nothing of it goes to the customer.
  if (slash.kind === "command" && slash.bot !== null && !isOurName(tx, slash.bot)) {
    const by = sender.anonymous ? undefined : agentOf(tx, sender.id);
    if (writing.album !== null && ticket !== undefined && by !== undefined)
      withholdAlbum(tx, { ...writing, album: writing.album }, by, topicId);
    return;
  }
  const anywhere = slash.kind === "command" && worksAnywhere(slash.name);
  // A topic without a ticket belongs to the staff: the desk ignores what is said there.
  if (ticket === undefined && !(slash.kind === "command" && isStaffCommand(slash.name))) return;
  const toldWhy = tx.once.has(outsiderKey(sender, topicId));
  const agent = agentOrHint(tx, sender, ticket, topicId, writing);
  const reply = (text: Notice): void =>
    tx.hint(sender.anonymous ? 0 : sender.id, topicId, ticket?.number ?? 0, text, writing.messageId);
  const show = (list: Notice): void =>
    tx.show(sender.id, topicId, ticket?.number ?? 0, list, writing.messageId);
  if (agent === undefined) {
    // A command is a question to the desk: it is answered each time.
    if (toldWhy && slash.kind === "command" && isStaffCommand(slash.name)) reply(notice("agentsOnlyHint"));
    return;
  }
  const unsent = (text: Notice): void =>
    tx.hintUnsent(sender.id, topicId, ticket?.number ?? 0, text, writing.messageId);

  if (writing.album !== null && ticket !== undefined)
    withholdAlbum(tx, { ...writing, album: writing.album }, agent, topicId);
  if (slash.kind === "slip") {
    unsent(notice("slipHint"));
    return;
  }
  if (slash.kind === "note") {
    note(tx, ticket!, agent, slash.text, writing);
    return;
  }
  if (!isStaffCommand(slash.name)) {
    unsent(notice("unknownCommandHint", slash.name));
    return;
  }
  if (ticket === undefined && !anywhere) {
    reply(notice("notATopicHint", slash.name));
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
): void {
  tx.once.firstTime(internalAlbum(album), tx.now);
  const rows = tx.messages.albumOf({ chat: STAFF_CHAT, messageId, album });
  withdraw(tx, rows, { by, topicId, messageId });
}

function note(tx: Transaction, ticket: Ticket, agent: AgentConfig, text: string, writing: Writing): void {
  const said = text === "" ? { kind: writing.kind } : cut(text, NOTE_CHARS_MAX);
  act(tx, actorOf(agent), ticket.number, { type: "note", text: said });
  tx.sign(ticket.number, writing.messageId, "✍");
  // A note whispered to the bot is not visible in the topic.
  if (writing.ephemeral) tx.notifyTopic(ticket.number, notice("notedBy", agent.name, said));
}

interface CommandContext {
  agent: AgentConfig;
  ticket: Ticket | undefined;
  arrival: Of<"staff_slash">;
  /** Answers with a sentence, or with a list. */
  reply: (text: Notice) => void;
  show: (list: Notice) => void;
}

function command(tx: Transaction, name: StaffCommandName, argument: string, context: CommandContext): void {
  const { agent, arrival, reply, show } = context;
  if (name === "help") {
    show(notice("staffHelp"));
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
  switch (name) {
    case "note":
      return argument === "" && arrival.writing.kind === "text"
        ? reply(notice("noteUsageHint"))
        : note(tx, ticket, agent, argument, arrival.writing);
    case "sla":
      return show(sla(tx, ticket.number));
    case "info":
      return show(info(tx, ticket));
    case "delete":
      return deleteCopy(tx, ticket, agent, arrival, reply);
    default:
  }
  const asked = actOf(name, argument, {
    agent: agent.telegramId,
    now: tx.now,
    find: (wanted) => findAgent(tx, wanted, arrival),
  });
  if ("usage" in asked) return reply(notice("usageHint", asked.usage));
  const answer = answerTo(tx, act(tx, actorOf(agent), ticket.number, asked));
  if (answer !== null) return reply(answer);
  if (asked.type === "snooze") {
    const { until } = asked;
    return reply(
      until === null
        ? notice("reminderClearedHint")
        : notice("reminderSet", until, until - tx.now, tx.rules.policy.zoneFor(null)),
    );
  }
  // What changes the card only: everything else leaves a notice in the topic.
  if (asked.type === "priority" || asked.type === "tags")
    tx.sign(ticket.number, arrival.writing.messageId, "👍");
}

/** Whether an agent is given tickets: `/away 30m` ends by itself. */
export function setAvailability(
  tx: Transaction,
  { telegramId: id }: AgentConfig,
  availability: "online" | "away" | "offline",
  argument: string,
  reply: (text: Notice) => void,
): void {
  const forMs = availability === "away" && argument !== "" ? durationMs(argument.toLowerCase()) : null;
  if (forMs === undefined) return reply(notice("awayUsageHint"));
  const until = forMs === null ? null : tx.now + forMs;
  tx.agentIs(id, availability, until);
  reply(notice("availabilityHint", availability, until, tx.rules.policy.zoneFor(null)));
}

/** What an agent is told of what they asked; null: it is done. */
export function answerTo(tx: Transaction, done: Acted): Notice | null {
  if ("refused" in done) return notice("refusalWords", done.refused);
  const { decision } = done;
  return "already" in decision
    ? notice("alreadyWords", decision.already, tx.rules.policy.zoneFor(null))
    : null;
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
  if (row === undefined || row.ticket !== ticket.number) return reply(notice("replyNeededHint"));
  const key = { chat: row.chat, messageId: row.messageId };
  if (row.state === "held" || (row.state === "waiting" && row.attemptedAt === null)) {
    tx.messages.update(key, { state: "dropped", content: null });
    tx.sign(ticket.number, writing.messageId, "👍");
    return;
  }
  if (tx.now - row.sentAt > DELETE_WITHIN_MS) return reply(notice("undelivered", "too_late"));
  tx.work({
    lane: laneTo(routeOf(ticket)),
    ticket: ticket.number,
    work: { kind: "mirror_delete", of: key, by: agent.telegramId, topicId },
  });
  tx.sign(ticket.number, writing.messageId, "👍");
}
