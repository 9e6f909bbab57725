import type { GroupInside } from "../desk/inside.ts";
import type { CrmInside, Playing, ReceivedWebhook, SandboxNews } from "./feed.ts";

const WEBHOOKS_KEPT = 100;

/** Sends every listener what changes, and a new one the present state first. */
export class Newsroom {
  readonly #readers = new Set<(news: SandboxNews) => void>();
  readonly #inside = new Map<string, GroupInside>();
  #record = false;
  #playing: Playing | null = null;
  #webhooks: readonly ReceivedWebhook[] = [];
  #crm: CrmInside = { state: "well", records: {}, exchanges: [] };

  tell(news: SandboxNews): void {
    if (news.type === "inside") this.#inside.set(news.inside.group, news.inside);
    if (news.type === "record") this.#record = news.down;
    if (news.type === "playing") this.#playing = news.playing;
    if (news.type === "webhooks") this.#webhooks = news.webhooks;
    if (news.type === "crm") this.#crm = news.crm;
    if (news.type === "starting_over" && !news.done) {
      this.#inside.clear();
      this.#webhooks = [];
    }
    for (const reader of this.#readers) reader(news);
  }

  tellWebhook(received: ReceivedWebhook): void {
    this.tell({ type: "webhooks", webhooks: [...this.#webhooks, received].slice(-WEBHOOKS_KEPT) });
  }

  subscribe(reader: (news: SandboxNews) => void): () => void {
    for (const inside of this.#inside.values()) reader({ type: "inside", inside });
    reader({ type: "record", down: this.#record });
    reader({ type: "playing", playing: this.#playing });
    reader({ type: "webhooks", webhooks: this.#webhooks });
    reader({ type: "crm", crm: this.#crm });
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}
