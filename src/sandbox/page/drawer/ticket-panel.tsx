import { useEffect, useState } from "preact/hooks";
import type { Actor } from "../../../domain/ticket/actor.ts";
import type { Ticket } from "../../../domain/ticket/ticket.ts";
import type { TicketInside } from "../../desk/inside.ts";
import { secondsWords } from "../model/clock.ts";
import { insides, ticketInside } from "../model/sandbox.ts";
import { group, thread } from "../model/scene.ts";
import { factsOf, inOneLine } from "./facts.ts";

const SHOWN_ABOVE = ["ref", "subject", "status"];
const OF_THE_TICKET = ["id", "number", "ref", "group", "customer"];

/** The state of the open topic's ticket, and how it came about. */
export function TicketPanel() {
  const open = group.value;
  const tickets = open === null ? [] : (insides.value.get(open.id)?.tickets ?? []);
  const [chosen, choose] = useState<number | null>(null);
  const inTopic = tickets.find(({ topicId }) => topicId !== null && topicId === thread.value);
  useEffect(() => {
    if (inTopic !== undefined) choose(inTopic.number);
  }, [inTopic?.number]);
  const ticket = tickets.find((one) => one.number === chosen) ?? inTopic ?? tickets[0];

  if (open === null || ticket === undefined)
    return <p class="empty">No ticket yet: a customer has to write first.</p>;
  return (
    <div class="columns">
      <section aria-label="Ticket">
        <h3>
          <select
            class="plain-select"
            aria-label="Ticket"
            value={ticket.number}
            onChange={({ currentTarget }) => {
              choose(Number(currentTarget.value));
              const { topicId = null } =
                tickets.find((one) => one.number === Number(currentTarget.value)) ?? {};
              if (topicId !== null) thread.value = topicId;
            }}
          >
            {tickets.map(({ number, ref, subject }) => (
              <option key={number} value={number}>
                {ref} · {subject}
              </option>
            ))}
          </select>
          <span class={`status ${ticket.status}`}>{ticket.status.replace("_", " ")}</span>
        </h3>
        <dl class="facts">
          {factsOf(ticket, SHOWN_ABOVE).map(([what, lines]) => (
            <div key={what}>
              <dt>{what}</dt>
              {lines.map((line, index) => (
                <dd key={index}>{line}</dd>
              ))}
            </div>
          ))}
        </dl>
      </section>
      <Events group={open.id} ticket={ticket} />
    </div>
  );
}

function Events({ group: id, ticket }: { group: string; ticket: Ticket }) {
  const [inside, setInside] = useState<TicketInside | null>(null);
  useEffect(() => {
    let isGone = false;
    void ticketInside(id, ticket.number).then((found) => !isGone && setInside(found));
    return () => {
      isGone = true;
    };
  }, [id, ticket.number, ticket.version]);
  if (inside === null || inside.ticket.number !== ticket.number) return <section aria-label="Events" />;
  return (
    <section aria-label="Events">
      <h3>{inside.events.length} events</h3>
      <table class="log">
        <tbody>
          {inside.events.map(({ n, event }) => {
            const { type, at, by, ...rest } = event as { type: string; at: number; by: Actor } & Record<
              string,
              unknown
            >;
            return (
              <tr key={n}>
                <td class="dim">{n}</td>
                <td class="dim">{secondsWords(at)}</td>
                <td>
                  <b>{type}</b> <span class="dim">{actorWords(by)}</span>
                </td>
                <td class="dim details">{detailsOf(rest)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function actorWords(by: Actor): string {
  if (by.kind === "system") return `system (${by.rule})`;
  return "name" in by ? by.name : by.kind;
}

function detailsOf(rest: Record<string, unknown>): string {
  const { from, to, ...others } = rest as { from?: string; to?: string };
  const transition = from === undefined || from === to ? "" : `${from} → ${to ?? ""} `;
  const texts = Object.entries(others).map(([key, value]) => [
    key,
    typeof value === "string" ? JSON.stringify(value) : value,
  ]);
  return transition + inOneLine(Object.fromEntries(texts) as object, OF_THE_TICKET);
}
