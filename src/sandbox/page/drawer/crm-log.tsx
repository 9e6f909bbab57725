import type { CrmExchange } from "../../host/feed.ts";
import { secondsWords } from "../model/clock.ts";
import { crm } from "../model/sandbox.ts";
import { nameOf } from "../model/world.ts";

const STATE_WORDS = { well: "", slow: "It is slow.", down: "It is down.", lying: "It is lying." };

/** What the CRM was asked and what it answered, newest first. */
export function CrmLog() {
  const { state, exchanges } = crm.value;
  const latest = exchanges.toReversed();
  return (
    <>
      {state !== "well" && <p class="refusal">{STATE_WORDS[state]}</p>}
      {latest.length === 0 ? (
        <p class="empty">It was asked nothing yet.</p>
      ) : (
        <table class="log">
          <thead>
            <tr>
              <th scope="col">at</th>
              <th scope="col">about</th>
              <th scope="col">answer</th>
              <th scope="col">took</th>
            </tr>
          </thead>
          <tbody>
            {latest.map((one) => (
              <tr key={one.n} class={one.status === 200 || one.status === null ? "" : "failed"}>
                <td class="dim">{secondsWords(one.at)}</td>
                <td>
                  <b>{nameOf(one.question.contact.telegramId)}</b>{" "}
                  <span class="dim">
                    {[one.question.ticket.ref, one.question.ticket.category].filter(Boolean).join(" · ")}
                  </span>
                </td>
                <td>
                  <details>
                    <summary>{gist(one)}</summary>
                    <pre>{JSON.stringify({ question: one.question, answer: one.answer }, null, 2)}</pre>
                  </details>
                </td>
                <td class="dim">{one.tookMs === null ? "…" : `${one.tookMs} ms`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function gist({ status, answer }: CrmExchange): string {
  if (status === null) return "thinks …";
  if (status === "gone") return "too late: the desk had gone on";
  if (status !== 200) return String(status);
  const { asOf: _, ...said } = answer as { asOf?: string } & Record<string, unknown>;
  const facts = Object.entries(said).map(
    ([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return facts.join(", ") || "knows nothing";
}
