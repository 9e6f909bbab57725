import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  kind: "answer" | "refused" | "done";
}

const SHOWN_MS = 4_500;
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

/** Shows a line for a few seconds, and says it to screen readers. */
export function notify(text: string, kind: Toast["kind"]): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value, { id, text, kind }].slice(-3);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
