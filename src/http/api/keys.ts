import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import { SCOPE_NAMES, SCOPES } from "../../domain/desk/scope.ts";
import { log } from "../../log.ts";
import { ApiKeys, type ApiKeyRow } from "../../record/api-keys.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { hashOf, keyIdOf, keyText, newSecret } from "../api-key.ts";
import { callerOf } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { CALLS_PER_MINUTE_DEFAULT, CALLS_PER_MINUTE_MAX, KEY_NAME_CHARS_MAX } from "../limits.ts";
import { problem } from "../problem.ts";
import { keyChanged } from "../rate-limit.ts";
import { operation, Operations } from "../route.ts";
import {
  notInFuture,
  cursorOf,
  Instant,
  instant,
  instantOrNull,
  Limit,
  Overlap,
  WhenOrNull,
  pageOf,
} from "./shared.ts";

/** The keys by which programs are known: made, listed, rotated and revoked. */
export const keysApi = new Operations();

/** Who else stands in the histories; a key of this name would pass for them. */
const RESERVED = /^(?:admin|telegram|oauth:.*)$/i;

const Scope = z.enum(SCOPE_NAMES).meta(
  forDocs(() => ({
    id: "Scope",
    description: SCOPE_NAMES.map((name) => `\`${name}\`: ${SCOPES[name]}`).join("; "),
  })),
);
const KeyId = z
  .string()
  .max(32)
  .meta(forDocs({ description: "The part between `topicdesk_` and the secret", example: "3f9k2m1x7qpa" }));
const Key = forDocs(() =>
  z
    .object({
      id: KeyId,
      name: z.string().meta({ example: "reporting" }),
      scopes: z.array(Scope),
      callsPerMinute: z.int(),
      status: z.enum(["active", "expired", "revoked"]),
      createdAt: Instant,
      createdBy: z.string().meta({ description: "The name of the key that made it" }),
      expiresAt: Instant.nullable(),
      rotatedAt: Instant.nullable(),
      previousSecretUntil: Instant.nullable().meta({
        description: "Until when the secret before the last rotation is let in as well",
      }),
      revokedAt: Instant.nullable(),
      revokedBy: z.string().nullable(),
      lastUsedAt: Instant.nullable().meta({ description: "To the hour; null: never" }),
    })
    .meta({ id: "ApiKey" }),
);
const KeyWithSecret = forDocs(() =>
  Key.extend({
    key: z.string().meta({
      description: "What to send as the bearer token. Shown now and never again",
      example: "topicdesk_3f9k2m1x7qpa_…",
    }),
  }).meta({ id: "ApiKeyWithSecret" }),
);

const Name = z
  .string()
  .trim()
  .min(1)
  .max(KEY_NAME_CHARS_MAX)
  .refine((name) => !/\p{C}/u.test(name), "must have no control characters")
  .refine((name) => !RESERVED.test(name), {
    error: "must not be admin, telegram or oauth:…, who stand in the histories for somebody else",
  })
  .meta(
    forDocs({
      description: "Who it is for; it stands in the histories of what the key does",
      example: "reporting",
    }),
  );
const Params = z.object({ id: KeyId });
const NO_STORE = { "Cache-Control": "no-store" };

keysApi.add(
  operation("GET /keys", {
    ...forDocs(() => ({
      id: "listKeys",
      summary: "Lists API keys, newest first, without their secrets",
      answer: [200, pageOf(Key), "A page of keys"],
    })),
    scopes: ["admin"],
    query: z.strictObject({ limit: Limit, cursor: cursorOf(z.tuple([z.int(), z.string().max(32)])) }),
  }),
  async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const after = cursor === undefined ? null : { createdAt: cursor[0], id: cursor[1] };
    const rows = await new ApiKeys(c.env.DB).list({ after, limit: limit + 1 });
    const now = c.get("now")();
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    const nextCursor = last === undefined ? null : encodeCursor([last.createdAt, last.id]);
    return c.json({ items: items.map((row) => keyJson(row, now)), nextCursor }, 200);
  },
);

keysApi.add(
  operation("POST /keys", {
    ...forDocs(() => ({
      id: "createKey",
      summary: "Creates an API key",
      example: { name: "reporting", scopes: ["tickets:read", "metrics:read"] },
      answer: [201, KeyWithSecret, "The key with its secret"],
      problems: ["key.too_many"],
    })),
    scopes: ["admin"],
    body: z
      .strictObject({
        name: Name,
        scopes: z
          .array(Scope)
          .min(1)
          .max(SCOPE_NAMES.length)
          .refine((scopes) => new Set(scopes).size === scopes.length, "must name each scope once"),
        callsPerMinute: z
          .int()
          .min(1)
          .max(CALLS_PER_MINUTE_MAX)
          .default(CALLS_PER_MINUTE_DEFAULT)
          .meta(forDocs({ description: "What is above is answered 429" })),
        expiresAt: WhenOrNull.default(null).meta(
          forDocs({
            description: "Null: never",
            example: "2100-01-01T00:00:00Z",
          }),
        ),
      })
      .meta(forDocs({ id: "NewApiKey" })),
    fits: (c, { expiresAt }: { expiresAt?: number | null }) =>
      notInFuture("/expiresAt", expiresAt, c.get("now")()),
  }),
  async (c) => {
    const { name, scopes, callsPerMinute, expiresAt } = c.req.valid("json");
    const at = c.get("now")();
    const wrong = notInFuture("/expiresAt", expiresAt, at);
    if (wrong.length > 0) return problem(c, "request.invalid", { problems: wrong });
    const cause = c.get("cause");
    const caller = callerOf(c);
    const [id, secret] = [await keyIdOf(cause), newSecret()];
    const hash = await hashOf(secret);
    const made = { id, name, hash, scopes, callsPerMinute, expiresAt, at, caller };
    const row = await new ApiKeys(c.env.DB).create(made);
    if (row === null) return problem(c, "key.too_many");
    log("info", "key.created", { id, scopes, by: caller.name });
    return c.json({ ...keyJson(row, at), key: keyText({ id, secret }) }, 201, NO_STORE);
  },
);

keysApi.add(
  operation("GET /keys/{id}", {
    ...forDocs(() => ({
      id: "getKey",
      summary: "Gets an API key, without its secret",
      answer: [200, Key, "The key"],
      problems: ["key.not_found"],
    })),
    scopes: ["admin"],
    params: Params,
  }),
  async (c) => {
    const row = await new ApiKeys(c.env.DB).find(c.req.valid("param").id);
    return row === null ? problem(c, "key.not_found") : c.json(keyJson(row, c.get("now")()), 200);
  },
);

keysApi.add(
  operation("POST /keys/{id}/rotate", {
    ...forDocs(() => ({
      id: "rotateKey",
      summary: "Rotates the secret of an API key; for a while both are accepted",
      example: { overlap: "24h" },
      answer: [
        200,
        KeyWithSecret,
        "The key with its new secret; a secret that was rotated away before ends now",
      ],
      problems: ["key.not_found", "key.revoked"],
    })),
    scopes: ["admin"],
    params: Params,
    body: z.strictObject({ overlap: Overlap }).meta(forDocs({ id: "ApiKeyRotation" })),
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const { overlap } = c.req.valid("json");
    const at = c.get("now")();
    const keys = new ApiKeys(c.env.DB);
    const secret = newSecret();
    const rotation = {
      id,
      hash: await hashOf(secret),
      overlapUntil: at + overlap,
      at,
      caller: callerOf(c),
    };
    const row = await keys.rotate(rotation);
    if (row === null) {
      const standing = await keys.find(id);
      return standing === null ? problem(c, "key.not_found") : alreadyRevoked(c, standing);
    }
    await keyChanged(c, id);
    log("info", "key.rotated", { id, by: c.get("principal").name });
    return c.json({ ...keyJson(row, at), key: keyText({ id, secret }) }, 200, NO_STORE);
  },
);

keysApi.add(
  operation("POST /keys/{id}/revoke", {
    ...forDocs(() => ({
      id: "revokeKey",
      summary: "Revokes an API key",
      answer: [200, Key, "Revoked; one that was revoked before tells by whom and when"],
      problems: ["key.not_found"],
    })),
    scopes: ["admin"],
    params: Params,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const at = c.get("now")();
    const caller = callerOf(c);
    const row = await new ApiKeys(c.env.DB).revoke(id, caller, at);
    if (row === null) return problem(c, "key.not_found");
    await keyChanged(c, id);
    log("info", "key.revoked", { id, by: caller.name });
    return c.json(keyJson(row, at), 200);
  },
);

function alreadyRevoked(c: Context<Desk>, { revokedAt, revokedBy }: ApiKeyRow) {
  return problem(c, "key.revoked", {
    detail: `${revokedBy ?? ""} did so at ${instant(revokedAt ?? 0)}. Make a new key.`,
  });
}

function keyJson(row: ApiKeyRow, now: number): z.infer<typeof Key> {
  const isExpired = row.expiresAt !== null && row.expiresAt <= now;
  const overlaps = (row.previousUntil ?? 0) > now && row.revokedAt === null;
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    callsPerMinute: row.callsPerMinute ?? CALLS_PER_MINUTE_DEFAULT,
    status: row.revokedAt === null ? (isExpired ? "expired" : "active") : "revoked",
    createdAt: instant(row.createdAt),
    createdBy: row.createdBy,
    expiresAt: instantOrNull(row.expiresAt),
    rotatedAt: instantOrNull(row.rotatedAt),
    previousSecretUntil: instantOrNull(overlaps ? row.previousUntil : null),
    revokedAt: instantOrNull(row.revokedAt),
    revokedBy: row.revokedBy,
    lastUsedAt: instantOrNull(row.lastUsedAt),
  };
}
