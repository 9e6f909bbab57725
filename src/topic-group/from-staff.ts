import type { AgentActor, TicketCommand } from "../domain/command.ts";
import type { AgentConfig } from "../domain/config.ts";
import type { Decision } from "../domain/decision.ts";
import { ALBUM_SETTLE_MS, DELETE_WITHIN_MS, NOTE_CHARS_MAX, TAG_CHARS_MAX } from "../domain/limits.ts";
import { agentsOf, isLead } from "../domain/policy.ts";
import { isPriority } from "../domain/priority.ts";
import { isActive } from "../domain/status.ts";
import type { Ticket } from "../domain/ticket.ts";
import { parsePress, type Press } from "../telegram/callback.ts";
import { card } from "../telegram/card.ts";
import { isStaffCommand, slashed, type StaffCommandName } from "../telegram/commands.ts";
import type { Arrival, Sender } from "../telegram/inbound.ts";
import type { Writing } from "../telegram/message.ts";
import { plain, rich } from "../telegram/rich-text.ts";
import {
  alreadyWords,
  anonymousHint,
  answerRefused,
  assignAmbiguousHint,
  assignUsageHint,
  customerSwitched,
  editNotMirrored,
  kindWords,
  notATopicHint,
  noteUsageHint,
  outsiderHint,
  priorityUsageHint,
  queueList,
  refusalWords,
  replyNeededHint,
  slipHint,
  staffHelp,
  tagUsageHint,
  undelivered,
  unknownCommandHint,
} from "../telegram/text.ts";
import { refOfTopicName } from "../telegram/topic-name.ts";
import { FACTS } from "./facts.ts";
import { contentOf, mirrorEdit, mirrorReaction, numberOf, type InFlight } from "./from-customer.ts";
import { chatLane, STAFF, STAFF_CHAT } from "./lane.ts";
import type { Replay } from "./replay.ts";
import type { Transaction } from "./transaction.ts";

type Of<K extends Arrival["kind"]> = Extract<Arrival, { kind: K }>;

/** What an agent wrote in a ticket's topic goes to the customer, unless it begins with a slash. */
export function staffMessage(
  tx: Transaction,
  { sender, topicId, writing }: Of<"staff_message">,
  updateId: number,
): void {
  const ticket = ticketOf(tx, topicId);
  if (ticket === undefined || writing.ephemeral) return;
  const agent = agentOrHint(tx, sender, ticket, topicId);
  if (agent === undefined) return;
  const reply = (text: Parameters<Transaction["hint"]>[3]): void =>
    tx.hint(sender.id, topicId, ticket.number, text, writing.messageId);
  if (!writing.copyable) {
    reply(undelivered("uncopyable"));
    return;
  }
  // One item of an album that begins with a slash makes the whole album internal.
  if (writing.album !== null && tx.store.wasTold(internalAlbum(writing.album))) return;
  const { decision } = tx.apply(ticket.number, { type: "agent_answered", by: actorOf(agent) });
  if ("refused" in decision) {
    reply(plain(answerRefused(decision.refused)));
    return;
  }
  speakIn(tx, ticket);
  tx.relay({
    chat: STAFF_CHAT,
    messageId: writing.messageId,
    ticket: ticket.number,
    lane: chatLane(ticket.customer),
    album: writing.album,
    replyTo: writing.replyTo,
    writer: sender.id,
    sentAt: writing.sentAt,
    content: contentOf(writing, false),
    file: writing.media?.uniqueId ?? null,
    notBefore: writing.album === null ? null : tx.now + ALBUM_SETTLE_MS,
    updateId,
  });
}

/** A customer with several tickets is told which one speaks to them now, whenever that changes. */
function speakIn(tx: Transaction, ticket: Ticket): void {
  const customer = tx.store.customer(ticket.customer);
  if (customer === undefined || customer.current === ticket.number) return;
  tx.store.updateConversation(ticket.customer, { current: ticket.number });
  const others = tx.store.activeTicketsOf(ticket.customer).some((row) => row.ticket.number !== ticket.number);
  if (others) tx.tellCustomer(ticket.customer, ticket.number, customerSwitched(ticket.ref, ticket.subject));
}

function internalAlbum(album: string): string {
  return `internal-album:${album}`;
}

function ticketOf(tx: Transaction, topicId: number | null): Ticket | undefined {
  return topicId === null ? undefined : tx.store.ticketOfTopic(topicId)?.ticket;
}

/** The agent who wrote; anybody else is told what to do, once in each topic. */
function agentOrHint(
  tx: Transaction,
  sender: Sender,
  ticket: Ticket | undefined,
  topicId: number | null,
): AgentConfig | undefined {
  const agent = sender.anonymous ? undefined : agentOf(tx, sender.id);
  if (agent !== undefined) {
    tx.store.seen(sender.id, sender.username);
    return agent;
  }
  const who = sender.anonymous ? "anonymous" : String(sender.id);
  if (tx.store.firstTime(`outsider:${who}:${topicId ?? 0}`, tx.now)) {
    const text = sender.anonymous ? anonymousHint() : outsiderHint(sender.id);
    // An anonymous administrator is nobody in particular, so the hint is for everyone to see.
    if (sender.anonymous && ticket !== undefined) tx.tellTopic(ticket.number, text);
    else tx.hint(sender.anonymous ? 0 : sender.id, topicId, ticket?.number ?? 0, text);
  }
  return undefined;
}

function agentOf(tx: Transaction, id: number): AgentConfig | undefined {
  return agentsOf(tx.rules.config, tx.rules.group.id).find((agent) => agent.telegramId === id);
}

function actorOf(agent: AgentConfig): AgentActor {
  return { kind: "agent", id: agent.telegramId, name: agent.name };
}

/** A message with a leading slash: a command, an internal note or a slip; never anything for the customer. */
export function staffSlash(tx: Transaction, arrival: Of<"staff_slash">): void {
  const { sender, topicId, writing, slashed: slash } = arrival;
  // "/start@OtherBot" is for another bot of the group.
  if (slash.kind === "command" && slash.bot !== null && !isOurName(tx, slash.bot)) return;

  const ticket = ticketOf(tx, topicId);
  const anywhere = slash.kind === "command" && ["queue", "help"].includes(slash.name);
  // A topic that is no ticket's is the staff's own: what is said there is none of the desk's business.
  if (ticket === undefined && !(slash.kind === "command" && isStaffCommand(slash.name))) return;
  const agent = agentOrHint(tx, sender, ticket, topicId);
  if (agent === undefined) return;
  const reply = (text: Parameters<Transaction["hint"]>[3]): void =>
    tx.hint(sender.id, topicId, ticket?.number ?? 0, text, writing.messageId);

  if (writing.album !== null && ticket !== undefined) withholdAlbum(tx, ticket, writing.album);
  if (slash.kind === "slip") {
    reply(slipHint());
    return;
  }
  if (slash.kind === "note") {
    note(tx, ticket!, agent, slash.text, writing);
    return;
  }
  if (!isStaffCommand(slash.name)) {
    reply(unknownCommandHint(slash.name));
    return;
  }
  if (ticket === undefined && !anywhere) {
    reply(notATopicHint(slash.name));
    return;
  }
  command(tx, slash.name, slash.argument, { agent, ticket, arrival, reply });
}

function isOurName(tx: Transaction, username: string): boolean {
  const own = tx.store.fact(FACTS.botUsername);
  return typeof own !== "string" || own.toLowerCase() === username.toLowerCase();
}

/** What of the album is still here stays here, and so does what is yet to come. */
function withholdAlbum(tx: Transaction, ticket: Ticket, album: string): void {
  tx.store.firstTime(internalAlbum(album), tx.now);
  for (const row of tx.messages.waitingAlbum(chatLane(ticket.customer), ticket.number, album)) {
    if (row.attemptedAt === null) tx.messages.update(row, { state: "dropped", content: null });
  }
}

function note(tx: Transaction, ticket: Ticket, agent: AgentConfig, text: string, writing: Writing): void {
  const said = text === "" ? `(${kindWords(writing.kind)})` : text.slice(0, NOTE_CHARS_MAX);
  tx.apply(ticket.number, { type: "agent_noted", by: actorOf(agent), text: said });
  tx.sign(ticket.number, writing.messageId, "✍");
}

interface CommandContext {
  agent: AgentConfig;
  ticket: Ticket | undefined;
  arrival: Of<"staff_slash">;
  reply: (text: Parameters<Transaction["hint"]>[3]) => void;
}

function command(tx: Transaction, name: StaffCommandName, argument: string, context: CommandContext): void {
  const { agent, arrival, reply } = context;
  if (name === "help") {
    reply(staffHelp());
    return;
  }
  if (name === "queue") {
    reply(queue(tx));
    return;
  }
  const ticket = context.ticket!;
  const by = actorOf(agent);
  const noted = argument === "" ? {} : { note: argument.slice(0, NOTE_CHARS_MAX) };
  const succeeds = (ticketCommand: TicketCommand): boolean => {
    const { decision } = tx.apply(ticket.number, ticketCommand);
    const answer = inWords(decision);
    if (answer !== null) reply(plain(answer));
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
        lead: isLead(tx.rules.config, tx.rules.group.id, agent),
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
    case "info":
      return reply(info(tx, ticket));
    case "delete":
      return deleteCopy(tx, ticket, agent, arrival, reply);
    default:
      name satisfies never;
  }
}

function inWords(decision: Decision): string | null {
  if ("refused" in decision) return refusalWords(decision.refused);
  return "already" in decision ? alreadyWords(decision.already) : null;
}

type FoundAgent = { kind: "one"; agent: AgentConfig } | { kind: "none" | "several"; choice: AgentConfig[] };

/** Who is meant by `/assign`: a mention, a @username, "me", or the beginning of a name. */
function findAgent(tx: Transaction, argument: string, arrival: Of<"staff_slash">): FoundAgent {
  const agents = agentsOf(tx.rules.config, tx.rules.group.id);
  const mentioned = agents.find((agent) => arrival.mentioned.some((user) => user.id === agent.telegramId));
  if (mentioned !== undefined) return { kind: "one", agent: mentioned };
  const wanted = argument.replace(/^@/, "").trim().toLowerCase();
  if (wanted === "") return { kind: "none", choice: agents };
  const usernames = tx.store.usernames();
  const usernameOf = (agent: AgentConfig): string =>
    (usernames.get(agent.telegramId) ?? agent.username ?? "").toLowerCase();
  const exact = agents.filter(
    (agent) =>
      usernameOf(agent) === wanted ||
      agent.name.toLowerCase() === wanted ||
      (wanted === "me" && agent.telegramId === arrival.sender.id),
  );
  if (exact.length === 1) return { kind: "one", agent: exact[0]! };
  const near = agents.filter(
    (agent) => agent.name.toLowerCase().startsWith(wanted) || usernameOf(agent).startsWith(wanted),
  );
  if (near.length === 1) return { kind: "one", agent: near[0]! };
  return near.length === 0 ? { kind: "none", choice: agents } : { kind: "several", choice: near };
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

/** `#Refund` and `refund` are one tag. */
function tagOf(word: string): string {
  return word
    .replace(/^[-+#]+/, "")
    .toLowerCase()
    .slice(0, TAG_CHARS_MAX);
}

const QUEUE_LINES_MAX = 20;
const QUEUE_TICKETS_MAX = 500;

/** Unclaimed before claimed, answered ones last. */
function rank(ticket: Ticket): number {
  if (ticket.awaitingSince === null) return 2;
  return ticket.assignee === null ? 0 : 1;
}

/** What is open, whoever waits longest first. */
function queue(tx: Transaction) {
  const open = tx.store
    .activeTickets(QUEUE_TICKETS_MAX)
    .sort((a, b) => rank(a) - rank(b) || (a.awaitingSince ?? a.openedAt) - (b.awaitingSince ?? b.openedAt));
  const shown = open.slice(0, QUEUE_LINES_MAX);
  return queueList(
    shown.map((ticket) => ({
      ref: ticket.ref,
      status: ticket.status,
      subject: ticket.subject,
      assignee: ticket.assignee?.name ?? null,
      waitingSince: ticket.awaitingSince,
      url: topicUrl(tx, ticket),
    })),
    open.length - shown.length,
  );
}

/** A link to a topic of a private supergroup: t.me/c/<id without -100>/<topic>. */
function topicUrl(tx: Transaction, ticket: Ticket): string | null {
  const internal = /^-100(\d+)$/.exec(String(tx.rules.group.chatId))?.[1];
  return ticket.topicId === null || internal === undefined
    ? null
    : `https://t.me/c/${internal}/${ticket.topicId}`;
}

function info(tx: Transaction, ticket: Ticket) {
  const customer = tx.store.customer(ticket.customer);
  const about =
    customer === undefined ? plain(ticket.ref) : card(ticket, customer.contact, tx.rules.policy.intakeFields);
  const others = tx.store.ticketsOf(ticket.customer).filter((other) => other.number !== ticket.number);
  const listed = others
    .slice(0, 10)
    .map((other) => `${other.ref} · ${other.status.replace("_", " ")} · ${other.subject}`);
  return rich`${about}\nReopened: ${ticket.reopenings} times\nOther tickets: ${listed.length === 0 ? "none" : `\n${listed.join("\n")}`}`;
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
  if (row.state === "waiting" && row.attemptedAt === null) {
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

export function staffEdit(
  tx: Transaction,
  { sender, topicId, writing }: Of<"staff_edit">,
  inFlight: InFlight,
): void {
  const row = tx.messages.byOriginal({ chat: STAFF_CHAT, messageId: writing.messageId });
  if (row === undefined || sender.anonymous || agentOf(tx, sender.id) === undefined) return;
  if (writing.text !== null && slashed(writing.text) !== null) {
    const waiting = row.state === "waiting" && row.attemptedAt === null && !inFlight(row);
    if (waiting) tx.messages.update(row, { state: "dropped", content: null });
    else tx.hint(sender.id, topicId, row.ticket, editNotMirrored(), writing.messageId);
    return;
  }
  mirrorEdit(tx, row, writing, inFlight);
}

export function staffReaction(tx: Transaction, { sender, messageId, emoji }: Of<"staff_reaction">): void {
  if (agentOf(tx, sender.id) === undefined) return;
  mirrorReaction(tx, STAFF_CHAT, messageId, emoji);
}

export function staffPress(
  tx: Transaction,
  { sender, queryId, data }: Of<"staff_press">,
  replay: Replay,
): void {
  const press = parsePress(data);
  const agent = agentOf(tx, sender.id);
  if (agent === undefined) return tx.toast(queryId, "Only the desk's agents can do this.");
  tx.store.seen(sender.id, sender.username);
  if (press === null) return tx.toast(queryId, "This button is no longer in use.");
  if (press.act === "send_again") {
    const sent = replay(tx, press.delivery) === "replayed";
    return tx.toast(queryId, sent ? "It is sent again." : "It is on its way already, or gone.");
  }
  const number = "ticket" in press ? numberOf(press.ticket) : null;
  const ticketCommand = commandOf(press, actorOf(agent));
  if (number === null || ticketCommand === null) return tx.toast(queryId, "This button is no longer in use.");
  const { decision, ticket } = tx.apply(number, ticketCommand);
  tx.toast(queryId, inWords(decision) ?? DONE_WORDS[press.act] ?? "");
  if (ticket !== null && !("events" in decision)) tx.touched.add(STAFF);
}

const DONE_WORDS: Partial<Record<Press["act"], string>> = {
  claim: "It is yours.",
  resolve: "Resolved.",
  close: "Closed.",
  reopen: "Reopened.",
};

function commandOf(press: Press, by: AgentActor): TicketCommand | null {
  switch (press.act) {
    case "claim":
      return { type: "agent_claimed", by };
    case "resolve":
      return { type: "agent_resolved", by };
    case "close":
      return { type: "agent_closed", by };
    case "reopen":
      return { type: "agent_reopened", by };
    default:
      return null;
  }
}

/**
 * The echo of a topic's creation. It confirms a call whose answer was lost; if the desk has given the ticket another
 * topic meanwhile, this one is one too many.
 */
export function topicCreated(tx: Transaction, { topicId, name, byBot }: Of<"topic_created">): void {
  const ref = byBot ? refOfTopicName(name) : null;
  const number = ref === null ? null : Number(ref.split("-").at(-1));
  const row = number === null ? undefined : tx.store.ticket(number);
  if (row === undefined || row.ticket.ref !== ref || tx.store.ticketOfTopic(topicId) !== undefined) return;
  if (row.ticket.topicId === null && row.view.creatingSince !== null) {
    adoptTopic(tx, row.ticket.number, topicId);
  } else if (row.ticket.topicId !== null) {
    tx.work({ lane: STAFF, ticket: 0, work: { kind: "orphan_topic", topicId }, key: `orphan:${topicId}` });
  }
}

/** The ticket's topic exists: from now on it can be written to. */
export function adoptTopic(tx: Transaction, number: number, topicId: number): void {
  tx.store.addTopic(topicId, number);
  tx.apply(number, { type: "topic_created", topicId });
  const row = tx.store.ticket(number)!;
  tx.store.saveView(number, { ...row.view, creatingSince: null, closed: false }, tx.now);
  tx.touched.add(STAFF);
}

/** Somebody closed or reopened a ticket's topic by hand: an agent means the ticket, anybody else is corrected. */
export function topicToggled(
  tx: Transaction,
  arrival: Of<"topic_closed" | "topic_reopened" | "topic_edited">,
): void {
  const { kind, topicId, sender, byBot } = arrival;
  const row = tx.store.ticketOfTopic(topicId);
  if (byBot || row === undefined || row.ticket.topicId !== topicId) return;
  const { ticket, view } = row;
  if (kind === "topic_edited") {
    tx.store.saveView(ticket.number, { ...view, name: null, icon: null }, row.viewDueAt);
    return;
  }
  const closed = kind === "topic_closed";
  tx.store.saveView(ticket.number, { ...view, closed }, tx.now);
  tx.touched.add(STAFF);
  const agent = sender.anonymous ? undefined : agentOf(tx, sender.id);
  if (agent === undefined || isActive(ticket) !== closed) return;
  const by = actorOf(agent);
  tx.apply(ticket.number, closed ? { type: "agent_closed", by } : { type: "agent_reopened", by });
}
