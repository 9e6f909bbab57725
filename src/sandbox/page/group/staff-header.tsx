import { useState } from "preact/hooks";
import { facts } from "../model/sandbox.ts";
import { agent, group, groupId, thread } from "../model/scene.ts";
import { act } from "../model/telegram.ts";
import { chatMirror, nameOf, people } from "../model/world.ts";
import { Icon } from "../ui/icon.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";

/** Which group, as whom, and what can be done to the group as a whole. */
export function StaffHeader() {
  const [menuAt, openMenu] = useState<{ x: number; y: number } | null>(null);
  const { groups = [], agents = [] } = facts.value ?? {};
  const open = group.value!;
  const mirror = chatMirror(open.chatId)!;
  return (
    <header class="staff-header">
      <div class="staff-row">
        <select
          class="plain-select"
          aria-label="Staff group"
          value={open.id}
          onChange={({ currentTarget }) => {
            groupId.value = currentTarget.value;
            thread.value = undefined;
          }}
        >
          {groups.map(({ id, chatId }) => (
            <option key={id} value={id}>
              {titleOf(chatId) ?? id}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="icon-button"
          aria-label="What can be done with the group"
          aria-haspopup="menu"
          onClick={({ currentTarget }) => {
            const { left, bottom } = currentTarget.getBoundingClientRect();
            openMenu({ x: left - 200, y: bottom + 4 });
          }}
        >
          <Icon name="more" />
        </button>
      </div>
      <label class="staff-row as">
        <span class="dim">You are</span>
        <select
          class="plain-select"
          aria-label="Act as"
          value={agent.value}
          onChange={({ currentTarget }) => (agent.value = Number(currentTarget.value))}
        >
          {agents.map(({ id, name, role }) => (
            <option key={id} value={id}>
              {name}
              {name.toLowerCase() === role ? "" : ` · ${role}`}
              {standing(mirror.members.get(id)?.status)}
            </option>
          ))}
          {strangers(
            open.chatId,
            agents.map(({ id }) => id),
          ).map((id) => (
            <option key={id} value={id}>
              {nameOf(id)} · not an agent
            </option>
          ))}
        </select>
      </label>
      {menuAt !== null && (
        <Menu at={menuAt} label="Group" items={groupItems(open.chatId)} onClose={() => openMenu(null)} />
      )}
    </header>
  );
}

function titleOf(chatId: number): string | undefined {
  const chat = chatMirror(chatId)?.seen.chat;
  return chat !== undefined && "title" in chat ? chat.title : undefined;
}

function standing(status: string | undefined): string {
  return status === "left"
    ? " (left)"
    : status === "kicked"
      ? " (removed)"
      : status === undefined
        ? " (outside)"
        : "";
}

/** Members of the group who are not agents of the desk. */
function strangers(chatId: number, agents: readonly number[]): number[] {
  return [...chatMirror(chatId)!.members.keys()].filter(
    (id) => !agents.includes(id) && people().get(id)?.profile.is_bot === false,
  );
}

function groupItems(chatId: number): MenuItem[] {
  const { seen, members } = chatMirror(chatId)!;
  const userId = agent.value;
  const name = nameOf(userId);
  const isPresent = !["left", "kicked", undefined].includes(members.get(userId)?.status);
  const botId = [...members].find(([id]) => people().get(id) === undefined)?.[0];
  const bot = botId === undefined ? undefined : members.get(botId)?.status;
  const isThere = bot !== undefined && bot !== "left" && bot !== "kicked";
  return [
    isPresent
      ? { words: `${name} leaves`, icon: "🚪", do: () => act("leave", { userId, chatId }) }
      : { words: `${name} joins`, icon: "👋", do: () => act("join", { userId, chatId }) },
    members.get(userId)?.status === "administrator"
      ? { words: `Demote ${name}`, icon: "▽", do: () => act("demote", { userId, chatId }) }
      : {
          words: `Make ${name} an administrator`,
          icon: "△",
          do: () =>
            act("promote", {
              userId,
              chatId,
              rights: { can_manage_topics: true, can_delete_messages: true, can_pin_messages: true },
            }),
        },
    { words: "Topics", checked: seen.isForum, do: () => act("setForum", { chatId, on: !seen.isForum }) },
    bot === "administrator"
      ? { words: "Demote the bot", icon: "▽", danger: true, do: () => act("demoteBot", { chatId }) }
      : { words: "Make the bot an administrator", icon: "△", do: () => act("promoteBot", { chatId }) },
    isThere
      ? { words: "Remove the bot", icon: "✕", danger: true, do: () => act("kickBot", { chatId }) }
      : { words: "Add the bot again", icon: "＋", do: () => act("addBot", { chatId, administrator: true }) },
  ];
}
