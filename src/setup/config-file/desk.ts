import type { Json, JsonRecord } from "./json.ts";

/** Something that the person at the terminal has to do something about; told without a stack. */
export class Refused extends Error {}

export interface Answer {
  status: number;
  body: JsonRecord;
}
export interface InForce {
  version: number;
  document: JsonRecord;
}
export interface Found {
  pointer: string;
  at: string;
  message: string;
}
export interface Rehearsed {
  version: number;
  valid: boolean;
  problems: Found[];
  warnings: Found[];
  inHand: InHand[];
}
export interface InHand {
  what: string;
  id: string;
  tickets: number;
  waiting: number;
  goesTo: string | null;
}
export interface Version {
  version: number;
  createdAt: string;
  createdBy: string;
  note: string | null;
}

/** The desk's API, as far as its configuration goes. */
export class DeskConfig {
  readonly url: string;
  readonly #token: string;
  readonly #fetch: typeof fetch;

  constructor(fetching: typeof fetch, { url, token }: { url: string; token: string }) {
    this.url = url;
    this.#token = token;
    this.#fetch = fetching;
  }

  /** Null: there is no configuration yet. */
  async inForce(): Promise<InForce | null> {
    const { status, body, etag } = await this.#ask("GET", "/config");
    if (body["code"] === "config.not_found") return null;
    if (status !== 200) throw refusal(body, status);
    return { version: Number(/\d+/.exec(etag)?.[0]), document: body };
  }

  /** Null: there never was such a version. */
  async version(version: number): Promise<JsonRecord | null> {
    const { status, body } = await this.#ask("GET", `/config/versions/${version}`);
    if (status === 404) return null;
    if (status !== 200) throw refusal(body, status);
    return body["document"] as JsonRecord;
  }

  async versionsSince(version: number): Promise<Version[]> {
    const { status, body } = await this.#ask("GET", "/config/versions?limit=50");
    if (status !== 200) throw refusal(body, status);
    return (body["items"] as unknown as Version[]).filter((one) => one.version > version);
  }

  async rehearse(document: Json, reassign: string | undefined): Promise<Rehearsed> {
    const { status, body } = await this.#ask("PUT", `/config?${query({ dryRun: "1", reassign })}`, document);
    if (status !== 200) throw refusal(body, status);
    return body as unknown as Rehearsed;
  }

  /** `onto`: the version that must be in force; null: none must. */
  async put(
    document: Json,
    { onto, note, reassign }: { onto: number | null; note: string | undefined; reassign: string | undefined },
  ): Promise<Answer> {
    const condition = onto === null ? { "if-none-match": "*" } : { "if-match": `"${onto}"` };
    return this.#ask("PUT", `/config?${query({ note, reassign })}`, document, condition);
  }

  async #ask(
    method: string,
    path: string,
    body?: Json,
    headers: Record<string, string> = {},
  ): Promise<Answer & { etag: string }> {
    let answer: Response;
    try {
      answer = await this.#fetch(`${this.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new Refused(`No desk answers at ${this.url}. Does it run (npm start), and is the address right?`);
    }
    const text = await answer.text();
    try {
      return {
        status: answer.status,
        body: JSON.parse(text) as JsonRecord,
        etag: answer.headers.get("etag") ?? "",
      };
    } catch {
      throw new Refused(`What answers at ${this.url} is no desk: ${answer.status} ${text.slice(0, 80)}`);
    }
  }
}

/** The API's refusal in words for the author of the file. */
export function refusal(body: JsonRecord, status: number): Refused {
  const {
    code = "",
    title = `it answered ${status}`,
    detail,
    problems,
  } = body as {
    code?: string;
    title?: string;
    detail?: string;
    problems?: { pointer: string; message: string }[];
  };
  if (code === "auth.bootstrap_only" || code === "auth.scope_missing") {
    return new Refused(
      "This token may not read or change the configuration. Give a key with the scopes config:read and config:write as ADMIN_TOKEN, or with --token; POST /api/v1/keys makes one.",
    );
  }
  if (code.startsWith("auth.")) {
    return new Refused(`${title}. Set ADMIN_TOKEN (or a key of the desk), or give it with --token.`);
  }
  const listed = (problems ?? []).map(({ pointer, message }) => `\n  ${pointer} ${message}`);
  return new Refused(
    `The desk refuses: ${title}${detail === undefined ? "" : `. ${detail}`}${listed.join("")}`,
  );
}

function query(values: Record<string, string | undefined>): string {
  const said = Object.entries(values).filter((one): one is [string, string] => one[1] !== undefined);
  return new URLSearchParams(said).toString();
}
