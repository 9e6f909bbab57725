import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

const alertText = signal<string | null>(null);

/** A bot's alert: it stays until the reader dismisses it. */
export function showAlert(text: string): void {
  alertText.value = text;
}

export function Alert() {
  const text = alertText.value;
  if (text === null) return null;
  return (
    <Dialog title="Message from the bot" onClose={() => (alertText.value = null)}>
      <p>{text}</p>
      <div class="dialog-buttons">
        <button type="button" class="primary" onClick={() => (alertText.value = null)}>
          OK
        </button>
      </div>
    </Dialog>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current!;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={box}
      class="dialog"
      aria-label={title}
      onCancel={(event) => (event.preventDefault(), onClose())}
      onClick={(event) => event.target === box.current && onClose()}
    >
      <div class="dialog-inner">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
