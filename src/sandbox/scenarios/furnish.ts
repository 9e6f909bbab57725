import type { ConfigInput } from "../../domain/config/config.ts";
import type { Group, Member, SandboxTelegram } from "../telegram/client.ts";

export interface Furnished {
  groups: Map<string, Group>;
  members: Map<string, Member[]>;
  /** How many people there are besides. */
  people: number;
}

const LEAD_RIGHTS = { can_manage_topics: true, can_delete_messages: true, can_pin_messages: true };

/**
 * Sets up what a configuration speaks of: its staff groups, with its agents as members. What is there already stays
 * as people left it.
 */
export async function furnish(telegram: SandboxTelegram, config: ConfigInput): Promise<Furnished> {
  const chats = new Set((await telegram.chats()).map(({ chat }) => chat.id));
  const groups = new Map<string, Group>();
  const members = new Map<string, Member[]>();
  for (const { id, chatId } of config.groups) {
    const title = `${config.desk.name} · ${id}`;
    const isNew = !chats.has(chatId);
    const group = await telegram.group({ id: chatId, title, ...(isNew ? { forum: true } : {}) });
    const known = new Map((await group.members()).map(({ userId, member }) => [userId, member.status]));
    groups.set(id, group);
    members.set(id, []);
    for (const agent of config.agents ?? []) {
      if (!agent.groups.includes(id)) continue;
      const status = known.get(agent.telegramId);
      const place =
        status === undefined
          ? agent.role === "lead"
            ? { status: "administrator" as const, rights: LEAD_RIGHTS }
            : {}
          : status === "left" || status === "kicked"
            ? { status }
            : {};
      members.get(id)!.push(await group.member({ id: agent.telegramId, firstName: agent.name, ...place }));
    }
  }
  return { groups, members, people: (await telegram.users()).length };
}
