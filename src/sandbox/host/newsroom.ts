import type { GroupInside } from "../desk/inside.ts";
import type { Playing, SandboxNews } from "./feed.ts";

/** Tells everybody what changes, and newcomers how things are. */
export class Newsroom {
  readonly #readers = new Set<(news: SandboxNews) => void>();
  readonly #inside = new Map<string, GroupInside>();
  #record = false;
  #playing: Playing | null = null;

  tell(news: SandboxNews): void {
    if (news.type === "inside") this.#inside.set(news.inside.group, news.inside);
    if (news.type === "record") this.#record = news.down;
    if (news.type === "playing") this.#playing = news.playing;
    if (news.type === "starting_over" && !news.done) this.#inside.clear();
    for (const reader of this.#readers) reader(news);
  }

  subscribe(reader: (news: SandboxNews) => void): () => void {
    for (const inside of this.#inside.values()) reader({ type: "inside", inside });
    reader({ type: "record", down: this.#record });
    reader({ type: "playing", playing: this.#playing });
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}
