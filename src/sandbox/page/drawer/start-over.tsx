import { useState } from "preact/hooks";
import { ask } from "../model/sandbox.ts";
import { Dialog } from "../ui/dialog.tsx";

/** Forgets everything that happened, in Telegram and in the desk; asks first. */
export function StartOver() {
  const [isAsking, askFirst] = useState(false);
  return (
    <>
      <button type="button" class="start-over" onClick={() => askFirst(true)}>
        Start over
      </button>
      {isAsking && (
        <Dialog title="Start over?" onClose={() => askFirst(false)}>
          <p>All customers, tickets and messages of this sandbox are forgotten.</p>
          <div class="dialog-buttons">
            <button type="button" onClick={() => askFirst(false)}>
              Cancel
            </button>
            <button
              type="button"
              class="primary danger"
              onClick={() => {
                askFirst(false);
                void ask("start-over");
              }}
            >
              Forget everything
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
