import { signal } from "@preact/signals";
import type { GroupInside, TicketInside } from "../../desk/inside.ts";
import type { CrmInside, Playing, ReceivedWebhook, SandboxFacts, SandboxNews } from "../../host/feed.ts";
import { TOKEN_HEADER } from "../../telegram/http/token-header.ts";
import { notify } from "./toasts.ts";
import { sandboxToken } from "./token.ts";

export const facts = signal<SandboxFacts | null>(null);
export const insides = signal<ReadonlyMap<string, GroupInside>>(new Map());
export const recordDown = signal(false);
export const playing = signal<Playing | null>(null);
export const webhooks = signal<readonly ReceivedWebhook[]>([]);
export const crm = signal<CrmInside>({ state: "well", records: {}, exchanges: [] });
/** The instant that time is being moved to; null while it just runs. */
export const movingTo = signal<number | null>(null);
export const isStartingOver = signal(false);

export function hear(news: SandboxNews): void {
  switch (news.type) {
    case "inside":
      insides.value = new Map(insides.value).set(news.inside.group, news.inside);
      return;
    case "record":
      recordDown.value = news.down;
      return;
    case "playing":
      playing.value = news.playing;
      return;
    case "webhooks":
      webhooks.value = news.webhooks;
      return;
    case "crm":
      crm.value = news.crm;
      return;
    case "moving":
      movingTo.value = news.to;
      return;
    case "starting_over":
      isStartingOver.value = !news.done;
      insides.value = new Map();
      webhooks.value = [];
      return;
    default:
      news satisfies never;
  }
}

export async function loadFacts(): Promise<void> {
  const answer = await fetch("/sandbox/facts");
  facts.value = ((await answer.json()) as { result: SandboxFacts }).result;
}

export async function ticketInside(group: string, number: number): Promise<TicketInside | null> {
  const answer = await fetch(`/sandbox/ticket?group=${encodeURIComponent(group)}&number=${number}`);
  return ((await answer.json()) as { result: TicketInside | null }).result;
}

/** Asks the sandbox for something; a refusal is shown. */
export async function ask(what: string, body: unknown = {}): Promise<boolean> {
  const answer = await fetch(`/sandbox/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json", [TOKEN_HEADER]: sandboxToken() ?? "" },
    body: JSON.stringify(body),
  });
  if (answer.ok) return true;
  const { error } = (await answer
    .json()
    .catch(() => ({ error: `the sandbox answers ${answer.status}` }))) as {
    error: string;
  };
  notify(error, "refused");
  return false;
}
