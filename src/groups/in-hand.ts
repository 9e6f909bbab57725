import type { Config } from "../domain/config/config.ts";
import { askGroups, gathered, groupIds } from "./ask.ts";
import { successorOfGroup } from "./retiring.ts";

/** Where open work goes, as the configuration change names it: `group:vip=main`, `queue:a=b`. */
export interface Reassign {
  groups: Readonly<Record<string, string>>;
  queues: Readonly<Record<string, string>>;
}

/** Something that is taken out while there is work in hand for it. */
export interface InHandOf {
  what: "group" | "queue" | "agent";
  id: string;
  tickets: number;
  /** Of how many of them time decides something: promises, reminders. */
  promises: number;
  /** Deliveries that wait to leave, of a group. */
  waiting: number;
  /** A group, or a queue; null: that has to be said first. */
  goesTo: string | null;
}

/** What is in hand for the groups, queues and agents that a change takes out; asked of the groups' objects. */
export async function workInHand(
  env: Env,
  before: Config,
  after: Config,
  { groups: saidGroups, queues: saidQueues }: Reassign,
): Promise<{ inHand: InHandOf[]; unreachable: string[] }> {
  const groups = without(groupIds(before), groupIds(after));
  const queues = before.queues.filter(
    ({ id, group }) => !groups.includes(group) && !after.queues.some((one) => one.id === id),
  );
  const agents = before.agents.filter(({ telegramId, groups: were }) => {
    const are = after.agents.find((one) => one.telegramId === telegramId)?.groups ?? [];
    return without(were, [...are, ...groups]).length > 0;
  });
  if (groups.length + queues.length + agents.length === 0) return { inHand: [], unreachable: [] };
  const answers = await askGroups(env, groupIds(before), (stub) => stub.inHand());
  const found = new Map(answers.map((one) => [one.group, "answer" in one ? one.answer : null]));
  const rowsOf = (group: string) => found.get(group)?.tickets ?? [];
  const inHand: InHandOf[] = [];
  for (const id of groups) {
    const waiting = found.get(id)?.waiting ?? 0;
    const goesTo = saidGroups[id] === undefined ? null : successorOfGroup(id, after, saidGroups);
    inHand.push({ what: "group", id, ...sum(rowsOf(id)), waiting, goesTo });
  }
  for (const { id, group } of queues) {
    const rows = rowsOf(group).filter(({ queue }) => queue === id);
    const own = after.queues.filter((queue) => queue.group === group);
    const usual = own.find((queue) => queue.id === after.routing.defaultQueue) ?? own[0];
    const goesTo = saidQueues[id] ?? usual?.id ?? after.routing.defaultQueue;
    inHand.push({ what: "queue", id, ...sum(rows), waiting: 0, goesTo });
  }
  for (const { telegramId, groups: were } of agents) {
    const are = after.agents.find((one) => one.telegramId === telegramId)?.groups ?? [];
    const rows = without(were, [...are, ...groups]).flatMap((group) =>
      rowsOf(group).filter(({ agent }) => agent === telegramId),
    );
    inHand.push({ what: "agent", id: String(telegramId), ...sum(rows), waiting: 0, goesTo: "queue" });
  }
  const unreachable = gathered(answers).unreachableGroups;
  return { inHand: inHand.filter(({ tickets, waiting }) => tickets + waiting > 0), unreachable };
}

function sum(rows: readonly { tickets: number; promises: number }[]) {
  return {
    tickets: rows.reduce((all, { tickets }) => all + tickets, 0),
    promises: rows.reduce((all, { promises }) => all + promises, 0),
  };
}

function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((one) => !some.includes(one));
}
