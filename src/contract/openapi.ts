import type * as z from "zod";
import { version } from "../../package.json";
import { SCOPE_NAMES, SCOPES } from "../domain/desk/scope.ts";
import { CALLS_PER_MINUTE_DEFAULT, KEPT_ANSWER_CHARS_MAX } from "../http/limits.ts";
import { ADMISSION, ADMISSION_TO_CHANGE, Problem, PROBLEMS, type ProblemCode } from "../http/problem.ts";
import type { Operation, Resources } from "../http/route.ts";
import type { Schema } from "../http/shown.ts";
import { API_CALL_KEPT_MS } from "../record/limits.ts";
import { configSchema } from "./config-schema.ts";
import { ShownSchemas } from "./json-schemas.ts";
import { webhookPayloads } from "./webhook-payloads.ts";

const HOURS_KEPT = API_CALL_KEPT_MS / 3_600_000;

const DESCRIPTION = `A support desk on Telegram forum topics.

**Who calls.** Every call brings \`Authorization: Bearer\` and an API key (\`topicdesk_…\`, see \`POST /api/v1/keys\`), or an access token of the OAuth 2.0 issuer that the desk is set up with. Each operation names the scopes that it needs:
${SCOPE_NAMES.map((name) => `- \`${name}\`: ${SCOPES[name]}`).join("\n")}

Who may write may read the same; \`admin\` may do everything.

**How often.** A key has ${CALLS_PER_MINUTE_DEFAULT} calls a minute unless it says otherwise. \`RateLimit\` tells how many are left (\`r\`) and in how many seconds all are there again (\`t\`); a call beyond is answered 429 with \`Retry-After\`.

**Twice is once.** Send \`Idempotency-Key\` with every call that changes something, a new one for each, the same one for a repetition. For ${HOURS_KEPT} hours the repetition is answered as the first call was, with \`Idempotency-Replayed: true\`; while the first still runs, 409; with another request under the same key, 422. An answer of more than ${KEPT_ANSWER_CHARS_MAX} characters is not kept. What was refused changed nothing, and may be sent again.

**What goes wrong** is answered as a problem document (RFC 9457). Programs look at \`code\`; all codes stand at the schema \`ProblemCode\`. Where a request is not valid, \`problems\` names everything that is wrong with it at once, by JSON pointers.

**Forms.** Instants are ISO 8601 in UTC, durations \`"90s"\`, \`"15m"\`, \`"4h"\`, \`"2d"\`. Lists come in pages: pass \`nextCursor\` as \`cursor\` until it is null.`;

/** In the order in which docs/api.md comes to them; what it leaves out stands behind. */
const TAGS: Record<string, string> = {
  keys: "The keys of programs",
  tickets: "Tickets as the record has them",
  events: "Everything that happened to tickets, as a feed",
  webhooks: "The endpoints that the desk calls",
  outbox: "Deliveries that need someone",
  contacts: "Customers, and what the desk keeps of them",
  "legal-holds": "What must not be erased or forgotten",
  erasures: "The receipts of people who were erased",
  retention: "What is forgotten, and when",
  config: "The configuration and its history",
  metrics: "Figures of a period",
  audit: "Who changed what",
  reconciliation: "Whether record, groups and Telegram agree",
  desk: "The desk's own address",
  groups: "The groups' objects",
  healthz: "Whether the desk can work",
  agents: "How agents are, and what they have",
  queues: "How deep queues are",
  routing: "Who gets which ticket, rehearsed",
  sla: "Business time, promises and what is due",
  escalations: "What was done because a promise was at risk or broken",
  enrichment: "The system that knows the customers",
};

/** Headers of answers that programs go by; `answersWith` says which answer has which. */
const HEADERS = {
  RateLimit: [
    "What is left of the key's calls (`r`), and in how many seconds all are there again (`t`)",
    '"key";r=99;t=30',
  ],
  "RateLimit-Policy": ["How many calls (`q`) a key has in so many seconds (`w`)", '"key";q=600;w=60'],
  "Retry-After": ["In how many seconds to call again", "5"],
  "WWW-Authenticate": ["Why the token does not do, RFC 6750", 'Bearer realm="topicdesk"'],
  ETag: ["The version that is in force", '"3"'],
  "Idempotency-Replayed": ["`true`: the first answer to this key, once more", "true"],
} as const;

/** The headers that an answer may have. */
function answersWith(
  status: string,
  { changes, versioned }: { changes: boolean; versioned: boolean },
): (keyof typeof HEADERS)[] {
  const isLetIn = status !== "401" && status !== "406";
  return [
    ...(isLetIn ? (["RateLimit", "RateLimit-Policy"] as const) : []),
    ...(["409", "429", "503"].includes(status) ? (["Retry-After"] as const) : []),
    ...(versioned && ["409", "412"].includes(status) ? (["ETag"] as const) : []),
    ...(["401", "403"].includes(status) ? (["WWW-Authenticate"] as const) : []),
    ...(changes && status.startsWith("2") ? (["Idempotency-Replayed"] as const) : []),
  ];
}

/** The contract of the API: OpenAPI 3.1, made of the schemas that the routes validate with. */
export function contractOf(resources: Resources): object {
  const schemas = new ShownSchemas();
  const paths: Record<string, Record<string, object>> = {};
  const parameters: Parameter[] = [];
  for (const [base, { list }] of resources)
    for (const of of list) {
      const taken = parametersOf(of, schemas);
      parameters.push(...taken);
      (paths[`${base}${of.path}`] ??= {})[of.verb.toLowerCase()] = operationOf(of, taken, schemas);
    }
  const webhooks = webhookPayloads(schemas, (part) => {
    const taken = parametersIn("header", part, schemas);
    parameters.push(...taken);
    return taken;
  });
  const named = schemas.fill();
  for (const one of parameters)
    if (one.schema["description"] !== undefined) one.description = one.schema["description"];
  const { $schema: _dialect, ...config } = configSchema;
  return {
    openapi: "3.1.0",
    info: {
      title: "Topicdesk",
      version,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "An API key, or an access token of the configured issuer",
        },
      },
      headers: Object.fromEntries(
        Object.entries(HEADERS).map(([name, [description, example]]) => [
          name,
          { description, schema: { type: "string", example } },
        ]),
      ),
      schemas: { Config: config, ...named },
    },
    paths,
    webhooks,
  };
}

interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: unknown;
  schema: Schema;
}

function parametersOf({ params, query, headers }: Operation, schemas: ShownSchemas): Parameter[] {
  return [
    ...parametersIn("path", params, schemas),
    ...parametersIn("query", query, schemas),
    ...parametersIn("header", headers, schemas),
  ];
}

function parametersIn(
  place: Parameter["in"],
  part: z.ZodObject | undefined,
  schemas: ShownSchemas,
): Parameter[] {
  return Object.entries((part?.shape ?? {}) as Record<string, z.ZodType>).map(([name, schema]) => ({
    name,
    in: place,
    required: !schema.safeParse(undefined).success,
    schema: schemas.of(schema),
  }));
}

/** The scopes decide the rest: who may call it, what it says of itself, and which headers its answers have. */
function operationOf(of: Operation, parameters: Parameter[], schemas: ShownSchemas): object {
  const { scopes, answer, also, content, answerHeaders, body } = of;
  const security = of.security ?? (scopes === undefined ? [] : [{ bearer: [...scopes] }]);
  const [status, schema, description] = answer;
  const shown = content ?? (schema === null ? undefined : { "application/json": { schema } });
  const good = { description, ...(answerHeaders === undefined ? {} : { headers: answerHeaders }) };
  const responses: Record<string, { description: string; headers?: object; content?: object }> = {
    [status]: shown === undefined ? good : { ...good, content: contentOf(shown, schemas) },
    ...also,
  };
  const refusal = { "application/problem+json": { schema: schemas.of(Problem) } };
  for (const [wrong, words] of problemsByStatus(problemsOf(of)))
    responses[wrong] = { description: words, content: refusal };
  const versioned = answerHeaders?.["ETag"] !== undefined;
  if (security.length > 0)
    for (const [code, response] of Object.entries(responses)) {
      const names = answersWith(code, { changes: of.changes, versioned });
      const headers = names.map((name) => [name, { $ref: `#/components/headers/${name}` }] as const);
      response.headers = { ...response.headers, ...Object.fromEntries(headers) };
    }
  return {
    operationId: of.id,
    tags: [of.path.split("/")[1]],
    summary: of.summary,
    description: [of.description, scopeWords(security)].filter(Boolean).join("\n\n"),
    security,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: bodyOf(of, schemas.of(body)) }),
    responses,
  };
}

/** What a call that only reads may answer where it brings a body. */
const BODY = ["request.malformed", "request.too_large", "request.encoded", "request.not_json"] as const;

function problemsOf(of: Operation): readonly ProblemCode[] {
  const missing = of.configured === undefined ? [] : (["config.missing"] as const);
  return [...commonProblems(of), ...missing, ...(of.problems ?? [])];
}

function commonProblems(of: Operation): readonly ProblemCode[] {
  if (of.scopes === undefined) return [];
  if (of.changes) return ADMISSION_TO_CHANGE;
  if (of.body !== undefined) return [...ADMISSION, ...BODY, "request.invalid"];
  const takes = of.params !== undefined || of.query !== undefined;
  return takes ? [...ADMISSION, "request.invalid"] : ADMISSION;
}

/** What each of these problems is, by its status. */
function problemsByStatus(codes: readonly ProblemCode[]): Map<number, string> {
  const words = new Map<number, string>();
  for (const code of new Set(codes)) {
    const { status, title } = PROBLEMS[code];
    const before = words.get(status);
    words.set(status, `${before === undefined ? "" : `${before}; `}\`${code}\`: ${title}`);
  }
  return words;
}

function bodyOf({ bodyDescription, example, examples }: Operation, schema: Schema): object {
  const shown = {
    ...(example === undefined ? {} : { example }),
    ...(examples === undefined ? {} : { examples }),
  };
  return {
    required: true,
    ...(bodyDescription === undefined ? {} : { description: bodyDescription }),
    content: { "application/json": { schema, ...shown } },
  };
}

function contentOf(content: NonNullable<Operation["content"]>, schemas: ShownSchemas): object {
  return Object.fromEntries(
    Object.entries(content).map(([type, { schema }]) => [type, { schema: schemas.of(schema) }]),
  );
}

/** For people: viewers show no scopes of keys. */
function scopeWords(security: NonNullable<Operation["security"]>): string {
  const scopes = security.flatMap((one) => one["bearer"] ?? []).map((scope) => `\`${scope}\``);
  if (scopes.length === 0) return "Needs no key.";
  const isOpen = security.some((one) => Object.keys(one).length === 0);
  return `${isOpen ? "Tells more with" : "Needs"} ${scopes.join(" and ")}.`;
}
