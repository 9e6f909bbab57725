import { signal } from "@preact/signals";
import { Icon } from "../ui/icon.tsx";

const KEY = "hint read";
const isRead = signal(localStorage.getItem(KEY) !== null);

/** Tells a first visitor who they are in this page. Once dismissed, it stays so. */
export function Hint() {
  if (isRead.value) return null;
  return (
    <p class="hint">
      <span>
        <b>You play both sides:</b> the customers on their phones, and the agents in the staff group.
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Dismiss this hint"
        onClick={() => {
          localStorage.setItem(KEY, "yes");
          isRead.value = true;
        }}
      >
        <Icon name="close" />
      </button>
    </p>
  );
}
