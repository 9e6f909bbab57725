import type { LoggedCall } from "../../telegram/client.ts";
import { secondsWords } from "../model/clock.ts";
import { calls, nameOf } from "../model/world.ts";

const SHOWN = 60;

/** What the desk called, newest first. */
export function Calls() {
  const latest = calls.value.slice(-SHOWN).toReversed();
  if (latest.length === 0) return <p class="empty">The bot has called nothing yet.</p>;
  return (
    <table class="log">
      <thead>
        <tr>
          <th scope="col">at</th>
          <th scope="col">method</th>
          <th scope="col">to</th>
          <th scope="col">answer</th>
          <th scope="col">took</th>
        </tr>
      </thead>
      <tbody>
        {latest.map((call) => (
          <tr key={call.id} class={call.answer?.status === 200 ? "" : "failed"}>
            <td class="dim">{secondsWords(call.at)}</td>
            <td>
              <details>
                <summary>
                  <b>{call.method}</b> <span class="dim">{gist(call)}</span>
                </summary>
                <pre>
                  {JSON.stringify({ params: call.params, answer: call.answer?.body ?? null }, null, 2)}
                </pre>
              </details>
            </td>
            <td class="dim">{addressee(call)}</td>
            <td>
              {answerWords(call)}
              {call.fault !== null && <span class="state failed"> {call.fault}</span>}
            </td>
            <td class="dim">{call.tookMs === null ? "…" : `${call.tookMs} ms`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function gist({ params }: LoggedCall): string {
  const words = params["text"] ?? params["name"] ?? params["caption"];
  if (typeof words === "string") return words.length > 60 ? `${words.slice(0, 60)}…` : words;
  const ids = params["message_id"] ?? params["message_ids"];
  return ids === undefined ? "" : `message ${JSON.stringify(ids)}`;
}

function addressee({ params }: LoggedCall): string {
  const chat = Number(params["chat_id"]);
  if (Number.isNaN(chat)) return "";
  const thread = params["message_thread_id"] as number | undefined;
  return chat > 0 ? nameOf(chat) : thread === undefined ? "group" : `topic ${thread}`;
}

function answerWords({ answer }: LoggedCall): string {
  if (answer === null) return "no answer";
  if (answer.status === 200) return "ok";
  const { description } = (answer.body ?? {}) as { description?: string };
  return description ?? `${answer.status}`;
}
