import { agentsOf } from "../../domain/agent.ts";
import type { AgentActor } from "../../domain/command.ts";
import type { AgentConfig } from "../../domain/config.ts";
import type { Ticket } from "../../domain/ticket.ts";
import type { Sender } from "../../telegram/inbound.ts";
import { anonymousHint, outsiderHint } from "../../telegram/text.ts";
import type { Transaction } from "../transaction.ts";
import type { Of } from "./arrival-of.ts";

export function agentOf(tx: Transaction, id: number): AgentConfig | undefined {
  return agentsOf(tx.rules.config, tx.rules.group.id).find((agent) => agent.telegramId === id);
}

export function actorOf(agent: AgentConfig): AgentActor {
  return { kind: "agent", id: agent.telegramId, name: agent.name };
}

/** The agent who wrote; anybody else is told what to do, once in each topic. */
export function agentOrHint(
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

export type FoundAgent =
  | { kind: "one"; agent: AgentConfig }
  | { kind: "none" | "several"; choice: AgentConfig[] };

/** Who is meant by `/assign`: a mention, a @username, "me", or the beginning of a name. */
export function findAgent(tx: Transaction, argument: string, arrival: Of<"staff_slash">): FoundAgent {
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
