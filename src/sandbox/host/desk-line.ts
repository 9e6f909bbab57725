import type { GroupInside, TicketInside } from "../desk/inside.ts";
import type { Standing } from "../desk/local-doors.ts";

const RECONNECT_MS = 300;

/** The host's line to the local desk: its doors under `/sandbox/`, and a window into each group's object. */
export class DeskLine {
  readonly #url: string;
  readonly #token: string;
  readonly #closing = new AbortController();
  readonly #windows = new Set<WebSocket>();

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Tells what is inside a group's object, now and after every commit of it. */
  watch(group: string, tell: (inside: GroupInside) => void): void {
    if (this.#closing.signal.aborted) return;
    const address = `${this.#url.replace(/^http/, "ws")}/sandbox/groups/${group}/watch`;
    // Node's takes headers, too; the types are those of Workers.
    const headers = { headers: { authorization: `Bearer ${this.#token}` } } as unknown as string[];
    const window = new WebSocket(address, headers);
    this.#windows.add(window);
    window.addEventListener("message", ({ data }) => tell(JSON.parse(String(data)) as GroupInside));
    // An object that restarts forgets who looked.
    window.addEventListener("close", () => {
      this.#windows.delete(window);
      setTimeout(() => this.watch(group, tell), RECONNECT_MS).unref();
    });
  }

  async standing(group: string): Promise<Standing> {
    return (await this.#ask("GET", `groups/${group}/standing`)).json() as Promise<Standing>;
  }

  async ticket(group: string, number: number): Promise<TicketInside | null> {
    const answer = await this.#ask("GET", `groups/${group}/tickets/${number}`, undefined, [404]);
    return answer.status === 404 ? null : ((await answer.json()) as TicketInside);
  }

  async setClock(offsetMs: number, groups: readonly string[]): Promise<void> {
    await this.#ask("PUT", "clock", { offsetMs, groups });
  }

  async setRecordDown(down: boolean): Promise<void> {
    await this.#ask("PUT", "record", { down });
  }

  /** Fires what a deployment's platform fires every minute. */
  async scheduled(): Promise<void> {
    await this.#ask("POST", "scheduled");
  }

  async #ask(method: string, path: string, body?: unknown, expected: number[] = []): Promise<Response> {
    const answer = await fetch(`${this.#url}/sandbox/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: this.#closing.signal,
    });
    if (!answer.ok && !expected.includes(answer.status)) {
      throw new Error(`the local desk answers ${answer.status} to ${method} ${path}: ${await answer.text()}`);
    }
    return answer;
  }

  close(): void {
    this.#closing.abort();
    for (const window of this.#windows) window.close();
  }
}
