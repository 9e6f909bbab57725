import type { AgentConfig } from "../../domain/config/config.ts";
import { agentsOf } from "../../domain/team/agent.ts";
import type { AgentActor } from "../../domain/ticket/actor.ts";
import type { Typing } from "../../domain/ticket/commands/row.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Sender } from "../../telegram/inbound.ts";
import type { Writing } from "../../telegram/message.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { onceKey, type OnceKey } from "../tables/once.ts";

export function agentOf(tx: Transaction, id: number): AgentConfig | undefined {
  return agentsOf(tx.rules.config, tx.rules.group.id).find((agent) => agent.telegramId === id);
}

export function actorOf(agent: AgentConfig): AgentActor {
  return { kind: "agent", id: agent.telegramId, name: agent.name };
}

/** What only the team sees of what was written in a ticket's topic. */
const NOT_PASSED_ON = "👀";

/**
 * The agent who wrote. Messages of other members are not passed on and carry a sign, so that their writers and the
 * agents see it each time; the reason is given once in each topic.
 */
export function agentOrHint(
  tx: Transaction,
  sender: Sender,
  ticket: Ticket | undefined,
  topicId: number | null,
  { messageId, album }: Pick<Writing, "messageId" | "album">,
): AgentConfig | undefined {
  const agent = sender.anonymous ? undefined : agentOf(tx, sender.id);
  if (agent !== undefined) {
    tx.people.seen(sender.id, sender.username);
    return agent;
  }
  if (ticket !== undefined && (album === null || tx.once.firstTime(onceKey("unsent-album", album), tx.now)))
    tx.sign(ticket.number, messageId, NOT_PASSED_ON);
  if (tx.once.firstTime(outsiderKey(sender, topicId), tx.now)) {
    const text = sender.anonymous ? notice("anonymousHint") : notice("outsiderHint", sender.id);
    // An anonymous administrator has no private chat for the hint, so it stands in the topic.
    if (sender.anonymous && ticket !== undefined) tx.notifyTopic(ticket.number, text);
    else tx.hint(sender.anonymous ? 0 : sender.id, topicId, ticket?.number ?? 0, text);
  }
  return undefined;
}

/** Remembers that a member was told why their messages are not passed on. */
export function outsiderKey({ anonymous, id }: Sender, topicId: number | null): OnceKey {
  return onceKey("outsider", anonymous ? "anonymous" : id, topicId ?? 0);
}

/** Who is meant by `/assign`: a mention, a @username, "me", or the beginning of a name. */
export function findAgent(
  tx: Transaction,
  argument: string,
  arrival: Of<"staff_slash">,
): ReturnType<Typing["find"]> {
  const agents = agentsOf(tx.rules.config, tx.rules.group.id);
  const mentioned = agents.find((agent) => arrival.mentioned.some((user) => user.id === agent.telegramId));
  if (mentioned !== undefined) return { agent: mentioned.telegramId };
  const wanted = argument.replace(/^@/, "").trim().toLowerCase();
  if (wanted === "") return { among: namesOf(agents), name: null };
  const usernames = tx.people.usernames();
  const usernameOf = (agent: AgentConfig): string =>
    (usernames.get(agent.telegramId) ?? agent.username ?? "").toLowerCase();
  const exact = agents.filter(
    (agent) =>
      usernameOf(agent) === wanted ||
      agent.name.toLowerCase() === wanted ||
      (wanted === "me" && agent.telegramId === arrival.sender.id),
  );
  if (exact.length === 1) return { agent: exact[0]!.telegramId };
  const near = agents.filter(
    (agent) => agent.name.toLowerCase().startsWith(wanted) || usernameOf(agent).startsWith(wanted),
  );
  if (near.length === 1) return { agent: near[0]!.telegramId };
  return near.length === 0
    ? { among: namesOf(agents), name: null }
    : { among: namesOf(near), name: argument };
}

function namesOf(agents: readonly AgentConfig[]): string[] {
  return agents.map(({ name }) => name);
}
