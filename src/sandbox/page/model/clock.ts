import { signal } from "@preact/signals";
import { realNow } from "../../../real-clock.ts";

/** How far the world's clock is ahead of this machine's. */
const offsetMs = signal(0);
/** Ticks once a second, so that what shows time is drawn anew. */
const tick = signal(realNow());
setInterval(() => (tick.value = realNow()), 1_000);

export function setWorldClock(now: number): void {
  offsetMs.value = now - realNow();
  tick.value = realNow();
}

/** World time, in milliseconds; a component that reads it is drawn anew every second. */
export function worldNow(): number {
  return tick.value + offsetMs.value;
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const timeAndSeconds = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

export const timeWords = (ms: number): string => time.format(ms);
export const secondsWords = (ms: number): string => timeAndSeconds.format(ms);
export const dayWords = (ms: number): string => day.format(ms);
export const instantWords = (ms: number): string => dayAndTime.format(ms);

/** "in 4 s", "2 min ago". */
export function relativeWords(at: number, now: number): string {
  const ms = at - now;
  const words = durationWords(Math.abs(ms));
  return ms >= 0 ? `in ${words}` : `${words} ago`;
}

export function durationWords(ms: number): string {
  if (ms < 1_000) return "0 s";
  if (ms < 90_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 36 * 3_600_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}
