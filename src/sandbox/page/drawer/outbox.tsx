import { useEffect, useState } from "preact/hooks";
import type { GroupInside, Resting, Waiting } from "../../desk/inside.ts";
import { relativeWords, secondsWords, worldNow } from "../model/clock.ts";
import { insides } from "../model/sandbox.ts";
import { group } from "../model/scene.ts";
import { telegram } from "../model/telegram.ts";
import { calls, nameOf } from "../model/world.ts";

/** The object from within: what came in, what waits to leave, lane by lane, and how much the group may still be sent. */
export function Outbox() {
  const open = group.value;
  const inside = open === null ? undefined : insides.value.get(open.id);
  if (open === null || inside === undefined) return <p class="empty">The desk is silent.</p>;
  const now = worldNow();
  const resting = new Map(
    inside.resting.filter(({ until }) => until > now).map((rest) => [rest.lane, rest] as const),
  );
  const lanes = Map.groupBy(inside.waiting, ({ lane }) => lane);
  const unseen = inside.waitingCount + inside.asideCount - inside.waiting.length;
  for (const lane of resting.keys()) if (!lanes.has(lane)) lanes.set(lane, []);
  return (
    <div class="columns">
      <section aria-label="Outbox" class="wide">
        <h3>
          Outbox{" "}
          <span class="dim">
            {inside.waitingCount === 0 ? "nothing waits" : `${inside.waitingCount} wait`}
            {inside.asideCount > 0 && ` · ${inside.asideCount} put aside`}
            {inside.wakeAt !== null && ` · wakes ${relativeWords(Math.max(inside.wakeAt, now), now)}`}
          </span>
        </h3>
        {inside.trouble !== null && <p class="refusal">The lane rests: {inside.trouble}</p>}
        {inside.underWay.map(({ what, since }, index) => (
          <p class="under-way" key={index}>
            <span class="spinner" aria-hidden="true" /> <b>{what}</b> attempting since {secondsWords(since)}
          </p>
        ))}
        {[...lanes].map(([lane, rows]) => (
          <Lane key={lane} lane={lane} rows={rows} rest={resting.get(lane)} />
        ))}
        {unseen > 0 && <p class="dim">… and {unseen} more</p>}
        <Views inside={inside} />
      </section>
      <section aria-label="Inbox">
        <Budget chatId={open.chatId} />
        <h3>Inbox</h3>
        <table class="log">
          <tbody>
            {inside.setAside.map(({ key, attempts, error, parked }) => (
              <tr key={key} class="failed">
                <td>{key}</td>
                <td>
                  {parked ? "set aside" : `failed ${attempts} times`}: {error}
                </td>
              </tr>
            ))}
            {inside.inbox.map(({ key, at }) => (
              <tr key={key}>
                <td>{key}</td>
                <td class="dim">settled {secondsWords(at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

interface LaneProps {
  lane: string;
  rows: readonly Waiting[];
  rest: Resting | undefined;
}

function Lane({ lane, rows, rest }: LaneProps) {
  return (
    <>
      <h4>
        {laneWords(lane)}
        {rest !== undefined && (
          <span class="state failed">
            rests until {secondsWords(rest.until)}, then {rest.limit} calls a window
          </span>
        )}
      </h4>
      <table class="log">
        <tbody>
          {rows.map((row) => (
            <tr key={row.seq} class={row.state === "waiting" ? "" : "failed"}>
              <td class="dim">{row.seq}</td>
              <td>
                <b>{row.kind}</b>
                {row.ticket === 0 ? "" : ` · ticket ${row.ticket}`}
              </td>
              <td>
                <span class={`state ${row.attemptedAt === null ? row.state : "attempting"}`}>
                  {row.attemptedAt === null || row.state !== "waiting" ? row.state : "attempting"}
                </span>
              </td>
              <td class="dim">
                {row.attempts > 0 && `${row.attempts} ${row.attempts === 1 ? "try" : "tries"} `}
                {row.code ?? ""}
                {row.notBefore !== null && ` not before ${secondsWords(row.notBefore)}`}
              </td>
              <td class="dim">since {secondsWords(row.acceptedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function laneWords(lane: string): string {
  if (lane === "staff") return "staff group";
  if (lane === "bot") return "the bot itself";
  const chat = Number(lane.slice("to:telegram:".length));
  return Number.isNaN(chat) ? lane : `${nameOf(chat)}'s chat`;
}

/** Cards, icons and the record have no rows: their due work is derived from what they show. */
function Views({ inside }: { inside: GroupInside }) {
  if (inside.viewsDue.length === 0 && inside.unrecorded === 0) return null;
  const refs = inside.viewsDue.map(
    ({ ticket }) => inside.tickets.find((one) => one.number === ticket)?.ref ?? ticket,
  );
  return (
    <>
      <h4>views</h4>
      {refs.length > 0 && <p class="dim">Cards and icons to bring up to date: {refs.join(", ")}</p>}
      {inside.unrecorded > 0 && <p class="dim">Not in the record yet: {inside.unrecorded}</p>}
    </>
  );
}

const MINUTE_MS = 60_000;

/** Telegram's own count of the group's minute. It changes with calls, and by time alone. */
function Budget({ chatId }: { chatId: number }) {
  const [budget, setBudget] = useState<{ limit: number | null; spentAt: number[] } | null>(null);
  const lastCall = calls.value.at(-1)?.id ?? 0;
  useEffect(() => {
    void telegram.budgetLeft(chatId).then(setBudget);
  }, [chatId, lastCall]);
  if (budget === null) return null;
  const now = worldNow();
  const used = budget.spentAt.filter((at) => at + MINUTE_MS > now);
  if (budget.limit === null) return <p class="dim">Telegram's limits are off.</p>;
  const left = Math.max(0, budget.limit - used.length);
  const [oldest] = used;
  return (
    <div class="budget">
      <h3>
        The group's minute{" "}
        <span class="dim">
          {left} of {budget.limit} calls left
          {oldest !== undefined && `, one more ${relativeWords(oldest + MINUTE_MS, now)}`}
        </span>
      </h3>
      <meter
        min={0}
        max={budget.limit}
        low={5}
        optimum={budget.limit}
        value={left}
        aria-label="Calls left this minute"
      />
    </div>
  );
}
