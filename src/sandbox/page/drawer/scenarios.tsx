import { useState } from "preact/hooks";
import { ask, facts, playing } from "../model/sandbox.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";

/** Plays that show themselves; the same ones are the desk's tests. */
export function Scenarios() {
  const [isAsking, askFirst] = useState(false);
  const now = playing.value;
  const isPlaying = now?.state === "playing";
  return (
    <div class="scenarios">
      <ul class="scenario-list">
        {(facts.value?.scenarios ?? []).map(({ id, title, shows }) => (
          <li key={id} class={now?.scenario === id ? "current" : ""}>
            <button
              type="button"
              class="primary"
              disabled={isPlaying}
              onClick={() => void ask("play", { scenario: id })}
            >
              <Icon name="play" />
              {title}
            </button>
            <span>{shows}</span>
          </li>
        ))}
        <li>
          <button type="button" class="danger" onClick={() => askFirst(true)}>
            Start over
          </button>
          <span>Forgets everything that happened, in Telegram and in the desk.</span>
        </li>
      </ul>
      {now !== null && (
        <section class="steps" aria-label="What was seen" aria-live="polite">
          <h3>
            {facts.value?.scenarios.find(({ id }) => id === now.scenario)?.title}
            <span class={`state ${now.state}`}>{now.state}</span>
            {isPlaying && (
              <button type="button" onClick={() => void ask("stop")}>
                Stop
              </button>
            )}
          </h3>
          <ol>
            {now.steps.map(({ what, seen }, index) => (
              <li key={index} class={seen ? "seen" : "awaited"}>
                {what}
              </li>
            ))}
          </ol>
          {now.why !== undefined && <p class="refusal">{now.why}</p>}
        </section>
      )}
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
              Start over
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
