import { signal } from "@preact/signals";
import type { SandboxNews } from "../../host/feed.ts";
import type { Change } from "../../telegram/client.ts";
import type { Fault } from "../../telegram/state.ts";
import { setWorldClock, worldNow } from "./clock.ts";
import { hear, loadFacts } from "./sandbox.ts";
import { follow, forgetRead } from "./scene.ts";
import { act, telegram } from "./telegram.ts";
import { renewToken } from "./token.ts";
import { forgetUpdates, hearOfUpdate, loadUpdates } from "./updates.ts";
import { apply, loadWorld } from "./world.ts";

export const isConnected = signal(false);
export const faults = signal<readonly Fault[]>([]);

/** Listens to both feeds for as long as the page lives; what was missed meanwhile is loaded anew. */
export function connect(): void {
  let early: Change[] | null = [];
  let isLoading = false;
  let isStale = false;
  let wasAway = false;

  const load = async (): Promise<void> => {
    isStale = true;
    if (isLoading) return;
    isLoading = true;
    early ??= [];
    try {
      while (isStale) {
        isStale = false;
        if (wasAway) await renewToken();
        wasAway = false;
        await Promise.all([loadWorld(), loadFacts(), loadFaults(), loadUpdates()]);
        setWorldClock((await telegram.status()).now);
      }
    } catch {
      // The sandbox is away: the feed reconnects, and then everything is loaded.
      return;
    } finally {
      isLoading = false;
    }
    const waiting = early;
    early = null;
    for (const change of waiting) take(change);
  };
  const take = (change: Change): void => {
    if (change.type === "clock") setWorldClock(change.now);
    if (change.type === "faults") faults.value = change.faults;
    hearOfUpdate(change, worldNow());
    if (change.type === "reset") {
      forgetUpdates();
      forgetRead();
    }
    if (!apply(change)) void load();
    else if (change.type === "message") follow(change.chatId, change.message);
  };

  const world = new EventSource("/control/feed");
  world.addEventListener("open", () => {
    isConnected.value = true;
    void load();
  });
  world.addEventListener("error", () => {
    isConnected.value = false;
    wasAway = true;
  });
  world.addEventListener("message", ({ data }) => {
    const change = JSON.parse(String(data)) as Change;
    if (early === null) take(change);
    else early.push(change);
  });

  const desk = new EventSource("/sandbox/feed");
  desk.addEventListener("message", ({ data }) => {
    const news = JSON.parse(String(data)) as SandboxNews;
    hear(news);
    // Staff groups were set up anew meanwhile, and a group without activity sends no news.
    if (news.type === "starting_over" && news.done) void load();
  });
  desk.addEventListener("error", () => {
    // A refused connection is not tried again by the browser itself.
    if (desk.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 1_000);
  });
}

async function loadFaults(): Promise<void> {
  faults.value = (await act("faults", {})) ?? [];
}
