import type { ConfigInput } from "../../domain/config.ts";
import type { Group, Member, SandboxTelegram } from "../telegram/client.ts";

/** Where a scenario plays: a desk's staff group and its agents, in a sandbox Telegram. */
export interface Stage {
  telegram: SandboxTelegram;
  /** The staff group of the configuration's first group. */
  group: Group;
  /** Its agents, in the configuration's order. */
  agents: Member[];
  /** A name for a customer who is new here. */
  nextName(): string;
  /** Lets people see what happened before the next thing does. */
  pause(): Promise<void>;
}

const NAMES = ["Ada", "Grace", "Linus", "Margaret", "Alan", "Hedy", "Dennis", "Radia", "Edsger", "Barbara"];

/** Sets up what a configuration speaks of: its staff groups, with its agents as members. */
export async function setStage(
  telegram: SandboxTelegram,
  config: ConfigInput,
  pauseMs: number,
): Promise<Stage> {
  const groups: Group[] = [];
  for (const { id, chatId } of config.groups) {
    groups.push(await telegram.group({ id: chatId, title: `${config.desk.name} · ${id}`, forum: true }));
  }
  const agents: Member[] = [];
  for (const { telegramId, name, groups: ids, role } of config.agents ?? []) {
    for (const [index, { id }] of config.groups.entries()) {
      if (!ids.includes(id)) continue;
      const lead = role === "lead";
      const member = await groups[index]!.member({
        id: telegramId,
        firstName: name,
        status: lead ? "administrator" : "member",
        ...(lead
          ? { rights: { can_manage_topics: true, can_delete_messages: true, can_pin_messages: true } }
          : {}),
      });
      if (index === 0) agents.push(member);
    }
  }
  const users = await telegram.users();
  let next = users.length;
  return {
    telegram,
    group: groups[0]!,
    agents,
    nextName: () => NAMES[next++ % NAMES.length]!,
    pause: () => new Promise((resolve) => setTimeout(resolve, pauseMs)),
  };
}
