import { ask, facts, playing } from "../model/sandbox.ts";
import { Icon } from "../ui/icon.tsx";

/** Plays that show themselves; the same ones are the desk's tests. */
export function Scenarios() {
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
    </div>
  );
}
