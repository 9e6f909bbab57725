import { useEffect, useRef, useState } from "preact/hooks";
import { Composer } from "../chat/composer.tsx";
import { History } from "../chat/history.tsx";
import { previewOf } from "../chat/words.ts";
import { facts } from "../model/sandbox.ts";
import { customer, customers, showPhoneOf, unreadCount } from "../model/scene.ts";
import { act } from "../model/telegram.ts";
import { messagesOf, nameOf, people } from "../model/world.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { tabKeys } from "../ui/tab-keys.ts";
import { CrmDialog } from "./crm-dialog.tsx";
import { PersonDialog } from "./person-dialog.tsx";
import { StartDialog } from "./start-dialog.tsx";

/** The left side: customers' phones, one of them in front. */
export function Phones() {
  const [isAdding, add] = useState(false);
  const id = customer.value;
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chosen = bar.current?.querySelector('[aria-selected="true"]');
    chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [id]);
  return (
    <section class="side phones" aria-label="Customers">
      <div class="people-bar">
        <div ref={bar} class="people" role="tablist" aria-label="Customers' phones" onKeyDown={tabKeys}>
          {customers.value.map(({ profile, hasBlockedBot }) => {
            const unread = unreadCount(profile.id, profile.id, null);
            const last = messagesOf(profile.id, null, profile.id).at(-1);
            return (
              <button
                type="button"
                key={profile.id}
                role="tab"
                aria-selected={profile.id === id}
                tabIndex={profile.id === id ? 0 : -1}
                class="person"
                title={last === undefined ? "Has not written yet" : previewOf(last)}
                onClick={() => showPhoneOf(profile.id)}
              >
                <Avatar id={profile.id} name={nameOf(profile.id)} isAway={hasBlockedBot} />
                <span>{profile.first_name}</span>
                {unread > 0 && (
                  <span class="count" aria-label={`${unread} unread`}>
                    {unread}
                  </span>
                )}
              </button>
            );
          })}
        </div>
        <button
          type="button"
          class="icon-button"
          aria-label="Add a customer"
          title="Add a customer"
          onClick={() => add(true)}
        >
          <Icon name="add" />
        </button>
      </div>
      {id === null ? <p class="empty">Add a customer to begin.</p> : <Phone key={id} id={id} />}
      {isAdding && (
        <PersonDialog
          onClose={(made) => {
            add(false);
            if (made !== undefined) showPhoneOf(made);
          }}
        />
      )}
    </section>
  );
}

function Phone({ id }: { id: number }) {
  const [menuAt, openMenu] = useState<{ x: number; y: number } | null>(null);
  const [dialog, show] = useState<"profile" | "start" | "crm" | null>(null);
  const person = people().get(id);
  if (person === undefined) return null;
  const { profile, hasBlockedBot, hasStarted } = person;
  const place = { viewer: id, chatId: id, thread: null };
  const asked = facts.value?.crm ?? null;
  const isEmpty = !hasStarted && messagesOf(id, null, id).length === 0;

  return (
    <div class="phone" data-place={`${id}:${id}`}>
      <header class="chat-header">
        <Avatar id={id} name={nameOf(id)} isAway={hasBlockedBot} />
        <div class="chat-title">
          <h2>
            {nameOf(id)}
            {profile.is_premium && (
              <span class="premium" title="Telegram Premium" aria-label="Telegram Premium">
                ★
              </span>
            )}
          </h2>
          <span class="dim">
            {hasBlockedBot
              ? "has blocked the bot"
              : `writes to the bot · ${profile.language_code ?? "no language"}`}
          </span>
        </div>
        <button
          type="button"
          class="icon-button"
          aria-label={`What ${profile.first_name} can do`}
          aria-haspopup="menu"
          onClick={({ currentTarget }) => {
            const { right, bottom } = currentTarget.getBoundingClientRect();
            openMenu({ x: right - 220, y: bottom + 4 });
          }}
        >
          <Icon name="more" />
        </button>
      </header>
      <History place={place} label={`${nameOf(id)}'s chat with the bot`} />
      {hasBlockedBot ? (
        <button type="button" class="wide-button" onClick={() => void act("unblock", { userId: id })}>
          Unblock the bot
        </button>
      ) : isEmpty ? (
        <button type="button" class="wide-button" onClick={() => void act("start", { userId: id })}>
          Start
        </button>
      ) : (
        <Composer place={place} placeholder="Message the bot" />
      )}
      {menuAt !== null && (
        <Menu
          at={menuAt}
          label={`What ${profile.first_name} can do`}
          onClose={() => openMenu(null)}
          items={[
            { words: "Start with a link's payload …", icon: "🔗", do: () => show("start") },
            { words: "Name, language, premium …", icon: "👤", do: () => show("profile") },
            ...(asked === null ? [] : [{ words: "What the CRM says …", icon: "📇", do: () => show("crm") }]),
            hasBlockedBot
              ? { words: "Unblock the bot", icon: "↺", do: () => act("unblock", { userId: id }) }
              : { words: "Block the bot", icon: "⛔", danger: true, do: () => act("block", { userId: id }) },
          ]}
        />
      )}
      {dialog === "profile" && <PersonDialog person={profile} onClose={() => show(null)} />}
      {dialog === "crm" && asked !== null && (
        <CrmDialog person={profile} asked={asked} onClose={() => show(null)} />
      )}
      {dialog === "start" && <StartDialog userId={id} onClose={() => show(null)} />}
    </div>
  );
}
