import { dismiss, toasts } from "../model/toasts.ts";

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, kind }) => (
        <button type="button" key={id} class={`toast ${kind}`} onClick={() => dismiss(id)}>
          {text}
        </button>
      ))}
    </div>
  );
}
