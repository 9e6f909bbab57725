// Types only, by the ending that every TypeScript project takes: both files may be copied into one.
import type { Nothing, Operations, Schemas } from "./contract.js";

export type { Operations, Schemas };
export type OperationName = keyof Operations;
export type Answer<Name extends OperationName> = Operations[Name]["answer"];

/** Keys that may be left out where nothing in them has to be said. */
type Part<Key extends string, Value> = [Value] extends [undefined]
  ? unknown
  : Nothing extends Value
    ? { [K in Key]?: Value }
    : { [K in Key]: Value };

/** What an operation takes: `path`, `query`, `headers`, `body`, as far as it has them. */
export type Input<Name extends OperationName> = Part<"path", Operations[Name]["path"]> &
  Part<"query", Operations[Name]["query"]> &
  Part<"headers", Operations[Name]["headers"]> &
  Part<"body", Operations[Name]["body"]> & { signal?: AbortSignal };

export interface TopicdeskOptions {
  /** Where the desk is, such as `https://desk.example.com`. */
  url: string;
  /** An API key, or an access token; a function is asked before every try. */
  token: string | (() => string | Promise<string>);
  /**
   * Further tries after a 429, a 503, no answer at all, or where the try before still runs; 2 unless said otherwise. A
   * repetition has one effect.
   */
  retries?: number;
  /** How the network is reached; `fetch` of the runtime unless said otherwise. */
  fetch?: (request: Request) => Promise<Response>;
}

/** An answer with what stands in its head. */
export interface Reply<Name extends OperationName> {
  status: number;
  headers: Headers;
  body: Answer<Name>;
}

/** The desk said no: a problem document of RFC 9457. `code` is what to look at. */
export class TopicdeskProblem extends Error {
  override readonly name = "TopicdeskProblem";
  readonly status: number;
  readonly code: Schemas["ProblemCode"] | "unknown";
  readonly problems: NonNullable<Schemas["Problem"]["problems"]>;
  readonly headers: Headers;

  /** `document` may be any JSON value: a proxy between the program and the desk may have answered. */
  constructor(status: number, headers: Headers, document: unknown) {
    const { title, detail, code, problems } = (
      typeof document === "object" && document !== null ? document : {}
    ) as Record<string, unknown>;
    super([textOf(title) ?? `the desk answered ${status}`, textOf(detail)].filter(Boolean).join(": "));
    this.status = status;
    this.code = (textOf(code) as Schemas["ProblemCode"] | undefined) ?? "unknown";
    this.problems = Array.isArray(problems) ? problems.filter(isProblemPlace) : [];
    this.headers = headers;
  }
}

const PAUSE_MS = 500;
/** If the desk asks for a longer pause, the call is not repeated: the caller decides. */
const PAUSE_MAX_MS = 60_000;

/**
 * A desk's API, typed by its contract:
 *
 *     const desk = new Topicdesk({ url, token });
 *     const { items } = await desk.call("GET /api/v1/tickets", { query: { status: ["open"] } });
 *
 * Needs nothing but `fetch`. Every changing call carries an `Idempotency-Key`, and keeps it when it is tried again.
 */
export class Topicdesk {
  readonly #options: TopicdeskOptions;

  constructor(options: TopicdeskOptions) {
    this.#options = options;
  }

  /** Calls an operation. Throws `TopicdeskProblem` where the desk says no. */
  async call<Name extends OperationName>(name: Name, ...input: InputOf<Name>): Promise<Answer<Name>> {
    return (await this.reply(name, ...input)).body;
  }

  /** The same, with status and headers: `ETag` stands there. */
  async reply<Name extends OperationName>(name: Name, ...[input]: InputOf<Name>): Promise<Reply<Name>> {
    const { retries = 2 } = this.#options;
    const parts: Loose = input ?? {};
    const key = crypto.randomUUID();
    for (let left = retries; ; left -= 1) {
      const request = await this.#request(name, parts, key);
      const answer = await this.#fetch(request).catch((error: unknown) => {
        if (left === 0 || parts.signal?.aborted === true) throw error;
        return null;
      });
      if (answer?.ok === true) {
        return {
          status: answer.status,
          headers: answer.headers,
          body: (await bodyOf(answer)) as Answer<Name>,
        };
      }
      const pauseMs = answer === null ? PAUSE_MS : pauseOf(answer);
      if (answer !== null) {
        const problem = new TopicdeskProblem(answer.status, answer.headers, await problemOf(answer));
        if (left === 0 || !isPassing(problem) || pauseMs > PAUSE_MAX_MS) throw problem;
      }
      await pause(pauseMs, parts.signal);
    }
  }

  async #request(name: string, { path, query, headers, body, signal }: Loose, key: string): Promise<Request> {
    const { url: root, token } = this.#options;
    const [method = "GET", template = "/"] = name.split(" ");
    const where = template.replaceAll(/\{(\w+)\}/g, (_all, field: string) =>
      encodeURIComponent(String(path?.[field] ?? "")),
    );
    const url = new URL(where, root);
    for (const [field, value] of Object.entries(query ?? {})) {
      for (const one of [value].flat()) if (one !== undefined) url.searchParams.append(field, String(one));
    }
    const head = new Headers({
      Authorization: `Bearer ${typeof token === "string" ? token : await token()}`,
      Accept: "application/json, */*;q=0.1",
      ...(method === "GET" ? {} : { "Idempotency-Key": key }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    });
    for (const [field, value] of Object.entries(headers ?? {}))
      if (value !== undefined) head.set(field, value);
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    return new Request(url, { method, headers: head, ...init, ...(signal === undefined ? {} : { signal }) });
  }

  #fetch(request: Request): Promise<Response> {
    const { fetch: reach } = this.#options;
    return reach === undefined ? fetch(request) : reach(request);
  }
}

/** The input may be left out where an operation needs none. */
type InputOf<Name extends OperationName> =
  Nothing extends Input<Name> ? [input?: Input<Name>] : [input: Input<Name>];

type Scalar = string | number | boolean | undefined;
interface Loose {
  path?: Record<string, Scalar>;
  query?: Record<string, Scalar | Scalar[]>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
  signal?: AbortSignal;
}

/** JSON as what it says, anything else as text; undefined where there is no body. */
async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  const type = answer.headers.get("Content-Type");
  if (type === null) return undefined;
  return /^application\/(?:[^;]*\+)?json\b/.test(type) ? (JSON.parse(text) as unknown) : text;
}

/** Whether another try may find it otherwise; a try whose answer was lost may still run. */
function isPassing({ status, code }: TopicdeskProblem): boolean {
  return status === 429 || status === 503 || code === "idempotency.running";
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function pauseOf(answer: Response): number {
  const seconds = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : PAUSE_MS;
}

async function problemOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isProblemPlace(one: unknown): one is { pointer: string; message: string } {
  const { pointer, message } = (typeof one === "object" && one !== null ? one : {}) as Record<
    string,
    unknown
  >;
  return typeof pointer === "string" && typeof message === "string";
}
