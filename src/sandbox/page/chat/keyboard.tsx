import { useEffect, useState } from "preact/hooks";
import type { SeenMessage } from "../../telegram/client.ts";
import { act } from "../model/telegram.ts";
import { notify } from "../model/toasts.ts";
import { answers } from "../model/world.ts";
import { showAlert } from "../ui/dialog.tsx";
import type { Place } from "./place.ts";

/** A press that the bot has not answered: the button waits as long as Telegram lets it. */
const ANSWER_WAIT_MS = 15_000;

/** The buttons under a message. Only the person who pressed sees the bot's answer. */
export function Keyboard({ message, place }: { message: SeenMessage; place: Place }) {
  const [waiting, wait] = useState<{ queryId: string; button: string } | null>(null);
  // The answer may be there before the press is known to have succeeded.
  const answer = waiting === null ? undefined : answers.value.get(waiting.queryId);
  useEffect(() => {
    if (answer === undefined) return;
    wait(null);
    if (answer.text === null || answer.text === "") return;
    if (answer.showAlert) showAlert(answer.text);
    else notify(answer.text, "answer");
  }, [answer]);

  const press = async (text: string, data: string | undefined): Promise<void> => {
    const { ephemeral_message_id: ephemeral } = message as { ephemeral_message_id?: number };
    const which =
      ephemeral === undefined ? { messageId: message.message_id } : { ephemeralMessageId: ephemeral };
    const button = data === undefined ? { text } : { data };
    const pressed = await act("press", { userId: place.viewer, chatId: place.chatId, ...which, ...button });
    if (pressed === null) return;
    if (pressed.opens !== null) window.open(pressed.opens, "_blank", "noopener");
    const { queryId } = pressed;
    if (queryId === null) return;
    wait({ queryId, button: text });
    setTimeout(() => wait((now) => (now?.queryId === queryId ? null : now)), ANSWER_WAIT_MS);
  };

  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (rows.length === 0) return null;
  return (
    <div class="keyboard">
      {rows.map((row, index) => (
        <div class="keyboard-row" key={index}>
          {row.map((button) => (
            <button
              type="button"
              key={button.text}
              aria-busy={waiting?.button === button.text}
              onClick={() =>
                void press(button.text, "callback_data" in button ? button.callback_data : undefined)
              }
            >
              {button.text}
              {"url" in button && <span aria-hidden="true"> ↗</span>}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}
