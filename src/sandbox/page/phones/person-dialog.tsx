import type { User } from "grammy/types";
import { useState } from "preact/hooks";
import { act } from "../model/telegram.ts";
import { Dialog } from "../ui/dialog.tsx";

const LANGUAGES = ["en", "de", "es", "fr", "it", "pl", "pt-br", "ru", "tr", "uk", "ar", "zh-hans"];

/** Adds a customer, or changes who one is. */
export function PersonDialog({ person, onClose }: { person?: User; onClose: (made?: number) => void }) {
  const [name, setName] = useState([person?.first_name, person?.last_name].filter(Boolean).join(" "));
  const [username, setUsername] = useState(person?.username ?? "");
  const [language, setLanguage] = useState(person?.language_code ?? "en");
  const [isPremium, setPremium] = useState(person?.is_premium ?? false);

  const save = async (): Promise<void> => {
    const [firstName = "", ...rest] = name.trim().split(/\s+/);
    const saved = await act("user", {
      ...(person === undefined ? {} : { id: person.id }),
      firstName,
      lastName: rest.join(" ") || null,
      username: username.trim().replace(/^@/, "") || null,
      languageCode: language,
      isPremium,
    });
    if (saved === null) return;
    onClose(saved.id);
  };
  return (
    <Dialog title={person === undefined ? "Add a customer" : "Who they are"} onClose={() => onClose()}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label>
          Name
          <input
            required
            autofocus
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <label>
          Username
          <input
            value={username}
            placeholder="none"
            pattern="@?[A-Za-z0-9_]{4,32}"
            onInput={({ currentTarget }) => setUsername(currentTarget.value)}
          />
        </label>
        <label>
          Language
          <select value={language} onChange={({ currentTarget }) => setLanguage(currentTarget.value)}>
            {LANGUAGES.map((code) => (
              <option key={code} value={code}>
                {new Intl.DisplayNames(undefined, { type: "language" }).of(code)} ({code})
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isPremium}
            onChange={({ currentTarget }) => setPremium(currentTarget.checked)}
          />
          Telegram Premium
        </label>
        <div class="dialog-buttons">
          <button type="button" onClick={() => onClose()}>
            Cancel
          </button>
          <button type="submit" class="primary">
            {person === undefined ? "Add" : "Save"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
