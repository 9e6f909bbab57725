import type { BotCommand } from "grammy/types";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SeenMessage } from "../../telegram/client.ts";
import { act, telegram } from "../model/telegram.ts";
import { Icon } from "../ui/icon.tsx";
import { AttachMenu } from "./attach-menu.tsx";
import { CommandMenu } from "./command-menu.tsx";
import { changeDraft, clearDraft, draftIn, isDraftEmpty, nameOfPlace, whereOf, type Place } from "./place.ts";
import { sendFiles } from "./uploads.ts";
import { previewOf, senderName } from "./words.ts";

interface ComposerProps {
  place: Place;
  placeholder: string;
  /** Writes in the group's name instead of one's own. */
  anonymous?: boolean;
}

/** Where a person writes: Enter sends, Shift+Enter begins a line, a slash lists the bot's commands. */
export function Composer({ place, placeholder, anonymous = false }: ComposerProps) {
  const draft = draftIn(place);
  const input = useRef<HTMLTextAreaElement>(null);
  const [commands, setCommands] = useState<readonly BotCommand[]>([]);
  const [chosen, choose] = useState(0);
  const name = nameOfPlace(place);
  const typed = /^\/(\w*)$/.exec(draft.text)?.[1];
  const offered =
    typed === undefined ? [] : commands.filter(({ command }) => command.startsWith(typed.toLowerCase()));

  useEffect(() => {
    if (typed === undefined) return;
    choose(0);
    void telegram.commands(place.viewer, place.chatId).then(setCommands);
  }, [typed, name]);
  useEffect(() => {
    if (draft.replyTo ?? draft.editing) input.current?.focus();
  }, [draft.replyTo, draft.editing]);
  useEffect(() => {
    const box = input.current!;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  }, [draft.text, name]);

  const here = { ...whereOf(place), ...(anonymous ? { anonymous: true } : {}) };
  const hangsOn = {
    ...(draft.replyTo === null ? {} : { replyTo: draft.replyTo.message_id }),
    ...(draft.quote === null ? {} : { quote: draft.quote }),
  };

  const save = (message: SeenMessage, text: string): Promise<unknown> => {
    const { userId, chatId } = whereOf(place);
    const at = { userId, ...(chatId === undefined ? {} : { chatId }), messageId: message.message_id };
    return act("edit", { ...at, ...(message.text === undefined ? { caption: text } : { text }) });
  };
  const send = async (text: string): Promise<void> => {
    if (text.trim() === "") return;
    // The field is free at once: a fast writer must not lose the next message's beginning.
    clearDraft(place);
    const done = await (draft.editing === null
      ? act("write", { ...here, ...hangsOn, text })
      : save(draft.editing, text));
    if (done === null && isDraftEmpty(place)) changeDraft(place, draft);
  };
  const complete = (command: string): void => void send(`/${command}`);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (offered.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose((chosen + step + offered.length) % offered.length);
    } else if (offered.length > 0 && event.key === "Tab") {
      changeDraft(place, { text: `/${offered[chosen]!.command} ` });
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      if (offered.length > 0) complete(offered[chosen]!.command);
      else void send(draft.text);
    } else if (event.key === "Escape" && (draft.replyTo ?? draft.editing)) {
      clearDraft(place);
    } else return;
    event.preventDefault();
  };

  const hanging = draft.editing ?? draft.replyTo;
  const menuId = `commands-${name}`;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send(draft.text);
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void sendFiles([...(event.dataTransfer?.files ?? [])], { ...here, ...hangsOn });
      }}
    >
      {offered.length > 0 && (
        <CommandMenu id={menuId} commands={offered} chosen={chosen} onChoose={complete} />
      )}
      {hanging !== null && (
        <div class="composer-bar">
          <span class="composer-icon" aria-hidden="true">
            <Icon name={draft.editing === null ? "reply" : "edit"} />
          </span>
          <span class="composer-what">
            <b>{draft.editing === null ? `Reply to ${senderName(hanging)}` : "Edit"}</b>
            <span>{draft.quote ?? previewOf(hanging)}</span>
          </span>
          <button type="button" class="icon-button" aria-label="Cancel" onClick={() => clearDraft(place)}>
            <Icon name="close" />
          </button>
        </div>
      )}
      <div class="composer-row">
        <AttachMenu
          where={{ ...here, ...hangsOn }}
          onSent={() => changeDraft(place, { replyTo: null, quote: null })}
        />
        <textarea
          ref={input}
          rows={1}
          value={draft.text}
          placeholder={placeholder}
          aria-label={placeholder}
          aria-controls={offered.length > 0 ? menuId : undefined}
          aria-activedescendant={offered.length > 0 ? `${menuId}-${chosen}` : undefined}
          onInput={({ currentTarget }) => changeDraft(place, { text: currentTarget.value })}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (files.length === 0) return;
            event.preventDefault();
            void sendFiles(files, { ...here, ...hangsOn });
          }}
        />
        <button
          type="submit"
          class="send"
          aria-label={draft.editing === null ? "Send" : "Save"}
          disabled={draft.text.trim() === ""}
        >
          <Icon name={draft.editing === null ? "send" : "check"} />
        </button>
      </div>
    </form>
  );
}
