import { relativeWords, secondsWords, worldNow } from "../model/clock.ts";
import { updates } from "../model/updates.ts";

/** What Telegram told the desk, newest first, with every try. */
export function Updates() {
  const now = worldNow();
  const latest = updates.value.toReversed();
  if (latest.length === 0) return <p class="empty">Nothing was delivered since the page was opened.</p>;
  return (
    <table class="log">
      <thead>
        <tr>
          <th scope="col">update</th>
          <th scope="col">what</th>
          <th scope="col">state</th>
          <th scope="col">tries</th>
        </tr>
      </thead>
      <tbody>
        {latest.map(({ updateId, kind, about, at, state, attempts, error, nextAttemptAt }) => (
          <tr key={updateId} class={error === null ? "" : "failed"}>
            <td class="dim">
              {updateId} · {secondsWords(at)}
            </td>
            <td>
              <b>{kind}</b> <span class="dim">{about}</span>
            </td>
            <td>
              <span class={`state ${state.replaceAll(" ", "-")}`}>{state}</span>
              {error !== null && ` ${error}`}
              {nextAttemptAt !== null && state === "failed" && `, again ${relativeWords(nextAttemptAt, now)}`}
            </td>
            <td class="dim">{attempts}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
