import type { ActInput, ActName, ActResult } from "../acts/all.ts";
import type { Change } from "../feed.ts";
import type { CommandInput, CommandName, CommandResult } from "../hosted-world.ts";
import { TOKEN_HEADER } from "../http/token-header.ts";
import { ActRefused } from "../refusal.ts";

/** What of a result is still there after it has travelled as JSON. */
export type Travelled<Result> = Result extends undefined | void ? null : Result;

/** The control interface of one world, over `fetch` alone. */
export class Control {
  readonly url: string;
  readonly #token: () => string | null;

  /** @param token Token that the server asks of changing requests; none by default. */
  constructor(url: string, token: () => string | null = () => null) {
    this.url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  act<Name extends ActName>(name: Name, input: ActInput<Name>): Promise<Travelled<ActResult<Name>>> {
    return this.#post(name, input);
  }

  command<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
  ): Promise<Travelled<CommandResult<Name>>> {
    return this.#post(name, input);
  }

  async #post<Result>(name: string, input: unknown): Promise<Result> {
    const token = this.#token();
    const response = await fetch(`${this.url}/${name}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { [TOKEN_HEADER]: token }),
      },
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as { ok: true; result: Result } | { ok: false; error: string };
    if (!answer.ok) throw new ActRefused(answer.error);
    return answer.result;
  }

  /** Everything that changes from now on, until the loop is left. */
  async *feed(): AsyncGenerator<Change, void, undefined> {
    const stop = new AbortController();
    const response = await fetch(`${this.url}/feed`, { signal: stop.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let buffered = "";
    try {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        buffered += part.value;
        const events = buffered.split("\n\n");
        buffered = events.pop() ?? "";
        for (const event of events) {
          if (event.startsWith("data: ")) yield JSON.parse(event.slice("data: ".length)) as Change;
        }
      }
    } finally {
      stop.abort();
    }
  }
}
