import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { ConfigInput } from "../../domain/config/config.ts";
import { ENRICHMENT_ENDPOINT } from "../../domain/desk/signing-secret.ts";
import { DURATION_MAX_MS } from "../../domain/duration.ts";
import { CRM_STATES, type Crm, type CrmRecord, type CrmState } from "../scenarios/crm.ts";
import { sendJson } from "../telegram/http/bot-api.ts";
import type { Neighbour } from "../telegram/server.ts";
import type { CrmExchange, CrmInside } from "./feed.ts";
import { isOurs } from "./own-address.ts";
import { readSigned } from "./signed-body.ts";

const PATH = "/sandbox/crm";
const SLOW_MS = 3_000;
const EXCHANGES_KEPT = 100;
/** Older than any age that a configuration calls stale. */
const AGE_MAX_MS = 2 * DURATION_MAX_MS;

export const CrmStateSetting = z.strictObject({ state: z.enum(CRM_STATES) });

/** What it says of a customer; null: what it says by itself. */
export const CrmSaying = z.strictObject({
  customer: z.int().positive(),
  says: z
    .strictObject({
      tier: z.string().max(64).nullable().default(null),
      segment: z.string().max(64).nullable().default(null),
      category: z.string().max(64).nullable().default(null),
      reason: z.string().max(500).nullable().default(null),
      preferredAgent: z.int().positive().nullable().default(null),
      ageMs: z.int().min(0).max(AGE_MAX_MS).default(0),
    })
    .nullable(),
});

/** What of the desk's question it looks at; the desk asks by its own clock, which may be days ahead. */
const Question = z.object({
  timestamp: z.iso.datetime(),
  data: z.object({
    ticket: z.looseObject({ ref: z.string(), category: z.string().nullable() }),
    contact: z.looseObject({ telegramId: z.number() }),
  }),
});
type Question = z.output<typeof Question>;

/** What outlives a restart. */
export interface CrmKept {
  state: CrmState;
  records: Record<string, CrmRecord>;
}

/**
 * A stand-in for another company's CRM: it answers what it is told to say of each customer, and knows nothing by
 * itself.
 */
export class LocalCrm implements Crm {
  readonly #tell: (crm: CrmInside) => void;
  #state: CrmState = "well";
  #records: Readonly<Record<string, CrmRecord>> = {};
  #exchanges: readonly CrmExchange[] = [];

  constructor(tell: (crm: CrmInside) => void = () => undefined) {
    this.#tell = tell;
  }

  get state(): CrmState {
    return this.#state;
  }

  async says(customer: number, record: CrmRecord | null): Promise<void> {
    const { [customer]: _, ...others } = this.#records;
    this.#records = record === null ? others : { ...others, [customer]: record };
    this.#told();
  }

  async is(state: CrmState): Promise<void> {
    this.#state = state;
    this.#told();
  }

  kept(): CrmKept {
    return { state: this.#state, records: { ...this.#records } };
  }

  restore({ state, records }: CrmKept): void {
    this.#state = state;
    this.#records = records;
    this.#told();
  }

  forget(): void {
    this.#exchanges = [];
    this.restore({ state: "well", records: {} });
  }

  /** What it answers, as it is now. */
  answerTo({ timestamp, data: { contact } }: Question): { status: number; body: unknown } {
    if (this.#state === "down") return { status: 503, body: { error: "maintenance" } };
    if (this.#state === "lying") return { status: 200, body: { tier: ["premium"], asOf: "yesterday" } };
    const record = this.#records[contact.telegramId] ?? null;
    if (record === null) return { status: 200, body: {} };
    const { ageMs, ...said } = record;
    const facts = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
    const asOf = new Date(Date.parse(timestamp) - ageMs).toISOString();
    return { status: 200, body: Object.keys(facts).length === 0 ? {} : { ...facts, asOf } };
  }

  /** Notes a question or, once more, what became of it. */
  note(exchange: CrmExchange): void {
    const others = this.#exchanges.filter(({ n }) => n !== exchange.n);
    this.#exchanges = [...others, exchange].sort((a, b) => a.n - b.n).slice(-EXCHANGES_KEPT);
    this.#told();
  }

  #told(): void {
    this.#tell({ state: this.#state, records: this.#records, exchanges: this.#exchanges });
  }
}

/** The door at which the desk asks it. */
export function crmDoor(crm: LocalCrm, rootSecret: string): Neighbour {
  let asked = 0;
  return async (request, response, { pathname }) => {
    if (request.method !== "POST" || pathname !== PATH) return false;
    const { id, text, signed } = await readSigned(request, rootSecret, ENRICHMENT_ENDPOINT);
    if (!signed) {
      sendJson(response, 401, { error: "the signature is wrong" });
      return true;
    }
    const question = Question.parse(JSON.parse(text));
    asked += 1;
    const exchange: CrmExchange = {
      n: asked,
      id,
      at: Date.parse(question.timestamp),
      question: question.data,
      status: null,
      answer: null,
      tookMs: null,
    };
    const startedAt = performance.now();
    crm.note(exchange);
    if (crm.state === "slow") await sleep(SLOW_MS, undefined, { ref: false });
    const tookMs = Math.round(performance.now() - startedAt);
    // The desk stops waiting after its own timeout.
    if (response.destroyed) crm.note({ ...exchange, status: "gone", tookMs });
    else {
      const { status, body } = crm.answerTo(question);
      crm.note({ ...exchange, status, answer: body, tookMs });
      sendJson(response, status, body);
    }
    return true;
  };
}

/** The configuration with an example's CRM, and that of a former sandbox, led to the one at this address. */
export function withCrmHere(config: ConfigInput, url: string): ConfigInput {
  const { enrichment } = config.routing;
  if (enrichment?.url === undefined || !isOurs(enrichment.url, PATH)) return config;
  return { ...config, routing: { ...config.routing, enrichment: { ...enrichment, url: `${url}${PATH}` } } };
}

/** Whether a configuration asks the CRM at this address. */
export function asksCrmHere({ routing: { enrichment } }: ConfigInput, url: string): boolean {
  return enrichment?.adapter !== "hubspot" && enrichment?.url === `${url}${PATH}`;
}
