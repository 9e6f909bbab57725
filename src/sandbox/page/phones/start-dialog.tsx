import { useState } from "preact/hooks";
import { act } from "../model/telegram.ts";
import { Dialog } from "../ui/dialog.tsx";

/** A link `t.me/bot?start=…` brings a payload along. */
export function StartDialog({ userId, onClose }: { userId: number; onClose: () => void }) {
  const [payload, setPayload] = useState("");
  const start = async (): Promise<void> => {
    const done = await act("start", { userId, ...(payload === "" ? {} : { payload }) });
    if (done !== null) onClose();
  };
  return (
    <Dialog title="Come by a link" onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <label>
          t.me/…?start=
          <input
            autofocus
            value={payload}
            placeholder="order_1001"
            onInput={({ currentTarget }) => setPayload(currentTarget.value)}
          />
        </label>
        <div class="dialog-buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Open the link
          </button>
        </div>
      </form>
    </Dialog>
  );
}
