import { secondsWords } from "../model/clock.ts";
import { webhooks } from "../model/sandbox.ts";

/** What the desk told the systems that its configuration names, newest first. */
export function Webhooks() {
  const latest = webhooks.value.toReversed();
  if (latest.length === 0) return <p class="empty">The desk has called no webhook yet.</p>;
  return (
    <table class="log">
      <thead>
        <tr>
          <th scope="col">at</th>
          <th scope="col">webhook</th>
          <th scope="col">event</th>
          <th scope="col">signature</th>
        </tr>
      </thead>
      <tbody>
        {latest.map((one) => (
          <tr key={`${one.id} ${one.at}`} class={one.signed ? "" : "failed"}>
            <td class="dim">{secondsWords(one.at)}</td>
            <td>{one.webhook}</td>
            <td>
              <details>
                <summary>
                  <b>{one.type}</b> <span class="dim">{one.id}</span>
                </summary>
                <pre>{JSON.stringify(one.data, null, 2)}</pre>
              </details>
            </td>
            <td>{one.signed ? "holds" : "is wrong"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
