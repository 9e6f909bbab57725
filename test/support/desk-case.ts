import { expect } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { durationMs } from "../../src/domain/duration.ts";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { exampleDesk } from "./desks.ts";
import type { ScriptedAnswer } from "./endpoint-server.ts";
import { Endpoint } from "./endpoint.ts";
import { Stage, texts } from "./stage.ts";

/* Cases written by others (`test/cases/desk`): a configuration, what is done to the desk, and what it must answer. */

/** A change to the example's configuration, or to the one in force. */
type Patch = { path: string } & (
  | { set: unknown }
  | { remove: true }
  | { without: { by: string; values: unknown[] } }
  | { keepOnly: { by: string; values: unknown[] } }
);

/** What an answer must look like: its status, a header, its text, its first bytes, or what a JSON pointer leads to. */
interface Expectation {
  status?: number | number[];
  header?: string;
  text?: true;
  hex?: string;
  ptr?: string;
  equals?: unknown;
  not?: unknown;
  matches?: string;
  never?: string;
  /** Of a number the value, of a list or a text its length. */
  min?: number;
  max?: number;
}

interface Looking {
  expect?: Expectation[];
  why?: string;
  /** Names for `${…}` in later steps, and where their values stand in the answer. */
  save?: Record<string, string>;
}

type Step = Looking &
  (
    | { api: string; body?: unknown; headers?: Record<string, string>; auth?: false }
    | { put: Patch[]; dryRun?: boolean }
    | { customer: string; text: string }
    | { travel: string }
    | { wait: number }
    | { parallel: string; bodies: unknown[] }
    | { groupTexts: number }
  );

interface CaseAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface DeskCase {
  id: string;
  must: string;
  verdict: string;
  source: string;
  config?: Patch[];
  /** Another system at `${server}`: its answers, and its answer after those. */
  server?: { script: CaseAnswer[]; then: CaseAnswer };
  steps: Step[];
}

/** How long a step takes: the record tells two words on one ticket apart by when they were said. */
const STEP_MS = 50;

/** Plays a case on a stage of its own. */
export async function playDeskCase(one: DeskCase): Promise<void> {
  await new Play(one).play();
}

/** The part of an answer that cases look at. */
interface Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  text: string;
}

class Play {
  readonly #case: DeskCase;
  readonly #server = new Endpoint();
  readonly #saved = new Map<string, string>();
  readonly #customers = new Map<string, Customer>();
  #stage!: Stage;
  #config!: ConfigInput;

  constructor(one: DeskCase) {
    this.#case = one;
    this.#saved.set("server", this.#server.url);
  }

  async play(): Promise<void> {
    const { config = [], server, steps } = this.#case;
    if (server !== undefined) {
      const answers = server.script.map(scripted);
      await this.#server.follows({ answers, then: scripted(server.then) });
    }
    this.#config = patched(exampleDesk(), this.#filledIn(config));
    this.#stage = await Stage.open({
      intake: true,
      config: (inForce) => replace(inForce, this.#config),
    });
    for (const [n, step] of steps.entries()) {
      const answers = await this.#take(this.#filledIn(step));
      const said = `step ${n + 1}${step.why === undefined ? "" : ` (${step.why})`}`;
      for (const answer of answers) this.#look(answer, this.#filledIn(step), said);
    }
  }

  async #take(step: Step): Promise<Answer[]> {
    const stage = this.#stage;
    if ("travel" in step) await stage.pass(durationMs(step.travel)!);
    else if ("wait" in step) await stage.pass(step.wait);
    else if ("customer" in step) await this.#write(step.customer, step.text);
    else if ("groupTexts" in step) {
      const shown = texts(await stage.telegram.messages(step.groupTexts));
      return [await answerOf(new Response(shown.join("\n")))];
    } else if ("parallel" in step) {
      const calls = step.bodies.map((body) => this.#call(step.parallel, body));
      return Promise.all(calls).then(async (answers) => {
        await stage.pass(STEP_MS);
        return answers;
      });
    } else if ("put" in step) return [await this.#put(step.put, step.dryRun === true)];
    else {
      const answer = await this.#call(step.api, step.body, step.headers, step.auth !== false);
      await stage.pass(STEP_MS);
      return [answer];
    }
    return [];
  }

  async #put(patches: Patch[], dryRun: boolean): Promise<Answer> {
    const next = patched(this.#config, patches);
    const answer = await this.#call(`PUT /api/v1/config${dryRun ? "?dryRun=true" : ""}`, next);
    if (!dryRun && answer.status === 200) this.#config = next;
    await this.#stage.pass(STEP_MS);
    return answer;
  }

  /** What they write is in the ticket's topic afterwards, joined with what they wrote before. */
  async #write(name: string, text: string): Promise<void> {
    const customer = this.#customers.get(name) ?? (await this.#stage.customer({ firstName: name }));
    this.#customers.set(name, customer);
    await customer.send({ text });
    await this.#stage.settle(3_000);
  }

  async #call(
    what: string,
    body?: unknown,
    more: Record<string, string> = {},
    asAdministrator = true,
  ): Promise<Answer> {
    const headers = { "user-agent": "desk-case", ...more };
    const [method = "", path = ""] = what.split(/ (.*)/s);
    if (asAdministrator) return answerOf(await this.#stage.api(method, path, body, headers));
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return answerOf(await this.#stage.request(path, init));
  }

  #look(answer: Answer, { expect: expected = [], save = {} }: Step, said: string): void {
    for (const one of expected) lookAt(answer, one, said);
    for (const [name, pointer] of Object.entries(save)) {
      const value = pointedAt(JSON.parse(answer.text), pointer);
      if (typeof value !== "string" && typeof value !== "number")
        throw new Error(`${said}: nothing to save at ${pointer} of ${answer.text}`);
      this.#saved.set(name, String(value));
    }
  }

  #filledIn<T>(value: T): T {
    if (typeof value === "string")
      return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => this.#saved.get(name) ?? whole) as T;
    if (Array.isArray(value)) return value.map((one: unknown) => this.#filledIn(one)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#filledIn(one)])) as T;
  }
}

function scripted({ status, headers = {}, body }: CaseAnswer): ScriptedAnswer {
  if (body === undefined) return { status, headers };
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

async function answerOf(response: Response): Promise<Answer> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  // The patterns of the cases know lines that end with a line feed.
  const text = new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
  return { status: response.status, headers: response.headers, bytes, text };
}

function lookAt(answer: Answer, one: Expectation, said: string): void {
  const about = `${said}: ${JSON.stringify(one)} of ${answer.status} ${answer.text.slice(0, 600)}`;
  if (one.status !== undefined) expect([one.status].flat(), about).toContain(answer.status);
  else if (one.hex !== undefined) {
    const hex = [...answer.bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    expect(hex.slice(0, one.hex.length), about).toBe(one.hex);
  } else if (one.header !== undefined) lookAtValue(answer.headers.get(one.header), one, about);
  else if (one.ptr !== undefined) lookAtValue(pointedAt(JSON.parse(answer.text), one.ptr), one, about);
  else lookAtValue(answer.text, one, about);
}

function lookAtValue(value: unknown, one: Expectation, about: string): void {
  if ("equals" in one) expect(value ?? null, about).toEqual(one.equals);
  if ("not" in one) expect(value ?? null, about).not.toEqual(one.not);
  const text = typeof value === "string" ? value : JSON.stringify(value ?? null);
  if (one.matches !== undefined) expect(text, about).toMatch(new RegExp(one.matches));
  if (one.never !== undefined) expect(text, about).not.toMatch(new RegExp(one.never));
  const size = typeof value === "number" ? value : Array.isArray(value) ? value.length : text.length;
  if (one.min !== undefined) expect(value === undefined ? 0 : size, about).toBeGreaterThanOrEqual(one.min);
  if (one.max !== undefined) expect(value === undefined ? 0 : size, about).toBeLessThanOrEqual(one.max);
}

/** RFC 6901; undefined where nothing is. */
function pointedAt(document: unknown, pointer: string): unknown {
  let at = document;
  for (const key of keysOf(pointer)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function keysOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function patched(config: ConfigInput, patches: readonly Patch[]): ConfigInput {
  const next = structuredClone(config);
  for (const patch of patches) {
    const keys = keysOf(patch.path);
    const last = keys.pop()!;
    const parent = pointedAt(next, keys.map((key) => `/${key}`).join("")) as Record<string, unknown>;
    if ("set" in patch) parent[last] = structuredClone(patch.set);
    else if ("remove" in patch) delete parent[last];
    else {
      const chosen = "without" in patch ? patch.without : patch.keepOnly;
      const keeps = (item: Record<string, unknown>) =>
        chosen.values.includes(item[chosen.by]) === "keepOnly" in patch;
      parent[last] = (parent[last] as Record<string, unknown>[]).filter(keeps);
    }
  }
  return next;
}

function replace(config: ConfigInput, by: ConfigInput): void {
  for (const key of Object.keys(config)) delete (config as unknown as Record<string, unknown>)[key];
  Object.assign(config, structuredClone(by));
}
