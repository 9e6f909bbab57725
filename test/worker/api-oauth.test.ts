import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Endpoint } from "../support/endpoint.ts";
import { codeOf, deskNow, emptyRecord, HttpDesk, turnClock } from "../support/http-desk.ts";

const ISSUER = "https://login.example.com/";
const AUDIENCE = "https://desk.example.com";
const MINUTE = 60_000;

interface Signer {
  jwk: JsonWebKey & { kid: string };
  alg: string;
  sign(text: string): Promise<ArrayBuffer>;
}

/** A key pair of an issuer. */
async function signer(kid: string, alg = "RS256", bits = 2_048): Promise<Signer> {
  const how = {
    RS256: {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: bits,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    PS256: {
      name: "RSA-PSS",
      hash: "SHA-256",
      saltLength: 32,
      modulusLength: bits,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
    ES384: { name: "ECDSA", hash: "SHA-384", namedCurve: "P-384" },
    EdDSA: { name: "Ed25519" },
  }[alg]!;
  const pair = (await crypto.subtle.generateKey(how, true, ["sign", "verify"])) as CryptoKeyPair;
  const { kty, n, e, crv, x, y } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
  const jwk = JSON.parse(JSON.stringify({ kid, kty, n, e, crv, x, y })) as Signer["jwk"];
  return {
    jwk,
    alg,
    sign: (text) => crypto.subtle.sign(how, pair.privateKey, new TextEncoder().encode(text)),
  };
}

const url64 = (bytes: Uint8Array): string => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
const part = (value: unknown): string => url64(new TextEncoder().encode(JSON.stringify(value)));

let now: number;
const claims = (more: object = {}): object => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "ci-robot",
  exp: Math.floor(now / 1_000) + 600,
  iat: Math.floor(now / 1_000),
  scope: "tickets:read openid",
  ...more,
});
async function token(by: Signer, body: object = claims(), header: object = {}): Promise<string> {
  const text = `${part({ alg: by.alg, kid: by.jwk.kid, typ: "at+jwt", ...header })}.${part(body)}`;
  return `${text}.${url64(new Uint8Array(await by.sign(text)))}`;
}

let rsa: Signer;
let other: Signer;
beforeAll(async () => {
  [rsa, other] = await Promise.all([signer("k1"), signer("k1")]);
});

let desk: HttpDesk;
let endpoint: Endpoint;
const publishes = (...keys: unknown[]): Promise<void> =>
  endpoint.answers(...Array.from({ length: 5 }, () => ({ status: 200, body: JSON.stringify({ keys }) })));
const using = (bearer: string, path = "/api/v1/tickets"): Promise<Response> =>
  desk.fetch(path, { headers: { Authorization: `Bearer ${bearer}` } });

beforeEach(async () => {
  now = deskNow();
  await emptyRecord();
  desk = new HttpDesk();
  endpoint = new Endpoint();
  desk.env = {
    ...desk.env,
    OAUTH_ISSUER: ISSUER,
    OAUTH_AUDIENCE: AUDIENCE,
    OAUTH_JWKS_URL: endpoint.url,
  };
  await publishes(rsa.jwk);
});
afterEach(() => turnClock(0));

describe("an access token of the configured issuer", () => {
  test("opens what its scopes say, and nothing else", async () => {
    const bearer = await token(rsa);
    expect((await using(bearer)).status).toBe(200);
    const refused = await using(bearer, "/api/v1/config");
    expect([refused.status, await codeOf(refused)]).toEqual([403, "auth.scope_missing"]);
    expect(refused.headers.get("WWW-Authenticate")).toContain('scope="config:read"');
  });

  test.each(["PS256", "ES256", "ES384", "EdDSA"])("may be signed with %s", async (alg) => {
    const by = await signer("k2", alg);
    await publishes(rsa.jwk, by.jwk);
    expect((await using(await token(by))).status).toBe(200);
  });

  test.each<[string, object]>([
    ["scp as a list", { scope: undefined, scp: ["tickets:read"] }],
    ["permissions", { scope: undefined, permissions: ["tickets:read"] }],
    ["several audiences", { aud: ["https://other.example.com", AUDIENCE] }],
    ["a clock that is a little behind", { exp: Math.floor(deskNow() / 1_000) - 30 }],
    ["a clock that is a little ahead", { nbf: Math.floor(deskNow() / 1_000) + 30 }],
  ])("may have %s", async (_name, more) => {
    expect((await using(await token(rsa, claims(more)))).status).toBe(200);
  });

  test("may name its scopes in the issuer's words", async () => {
    desk.env = { ...desk.env, OAUTH_SCOPES: '{"Desk.Read": ["tickets:read", "config:read"]}' };
    const bearer = await token(rsa, claims({ scope: "Desk.Read admin" }));
    expect((await using(bearer)).status).toBe(200);
    expect((await using(bearer, "/api/v1/keys")).status).toBe(403);
  });

  test("is not an administrator's because the issuer calls its holder admin: that has to be mapped", async () => {
    const bearer = await token(rsa, claims({ scope: "admin tickets:read" }));
    expect((await using(bearer)).status).toBe(200);
    const refused = await using(bearer, "/api/v1/keys");
    expect([refused.status, await codeOf(refused)]).toEqual([403, "auth.scope_missing"]);
  });

  test("stands in the history by its subject", async () => {
    desk.env = { ...desk.env, OAUTH_SCOPES: '{"admin": ["admin"]}' };
    const bearer = await token(rsa, claims({ scope: "admin", sub: "ci\u202erobot" }));
    const answer = await desk.fetch("/api/v1/keys", {
      method: "POST",
      headers: { Authorization: `Bearer ${bearer}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name: "x", scopes: ["tickets:read"] }),
    });
    expect(await answer.json()).toMatchObject({ createdBy: "oauth:ci�robot" });
  });

  test.each<[string, object, object, string, string]>([
    ["expired", { exp: 1_000_000_000 }, {}, "auth.expired", "expired at 2001-09-09"],
    ["not valid yet", { nbf: 4_000_000_000 }, {}, "auth.invalid", "not valid yet"],
    ["issued in the future", { iat: 4_000_000_000 }, {}, "auth.invalid", "not valid yet"],
    ["of another issuer", { iss: "https://evil.example.com/" }, {}, "auth.invalid", "another issuer"],
    ["for another audience", { aud: "https://other.example.com" }, {}, "auth.invalid", "another audience"],
    ["for no audience", { aud: undefined }, {}, "auth.invalid", "another audience"],
    ["without an expiry", { exp: undefined }, {}, "auth.invalid", "no expiry"],
    ["with an expiry in words", { exp: "never" }, {}, "auth.invalid", "no expiry"],
    ["with an endless expiry", { exp: 1e300 }, {}, "auth.invalid", "no expiry"],
    ["without a subject", { sub: undefined }, {}, "auth.invalid", "no subject"],
    ["whose subject is no text", { sub: { id: 7 } }, {}, "auth.invalid", "no subject"],
    ["that is no access token", {}, { typ: "logout+jwt" }, "auth.invalid", "not an access token"],
    ["with an unknown extension", {}, { crit: ["tenant"], tenant: 1 }, "auth.invalid", "extension"],
    ["that says it is not signed", {}, { alg: "none" }, "auth.invalid", "signed in a way"],
    ["that says it is signed with a secret", {}, { alg: "HS256" }, "auth.invalid", "signed in a way"],
    ["that says it is signed otherwise", {}, { alg: "PS256" }, "auth.invalid", "not signed by the issuer"],
    ["by an unknown key", {}, { kid: "k9" }, "auth.invalid", "not signed by the issuer"],
  ])("%s is refused in words", async (_name, more, header, code, why) => {
    const answer = await using(await token(rsa, claims(more), header));
    expect([answer.status, await codeOf(answer)]).toEqual([401, code]);
    expect(answer.headers.get("WWW-Authenticate")).toContain('error="invalid_token"');
    expect(answer.headers.get("WWW-Authenticate")).toContain(why);
  });

  test("is refused when another issuer has signed it, or none", async () => {
    const mine = await token(rsa);
    const [head, , signature] = mine.split(".");
    const forged = [
      await token(other),
      `${head}.${part(claims({ scope: "admin" }))}.${signature}`,
      `${head}.${mine.split(".")[1]}.`,
      `${head}.${mine.split(".")[1]}`,
      `${mine}.x`,
      mine.replace(/^./, "!"),
      "a.b.c",
      `${part({ alg: "RS256" })}.${part([])}.x`,
      "x".repeat(9_000),
    ];
    for (const bearer of forged) {
      const answer = await using(bearer);
      expect([answer.status, await codeOf(answer)]).toEqual([401, "auth.invalid"]);
    }
  });

  test("is refused when its key is a weak one, or for something else", async () => {
    const weak = await signer("k3", "RS256", 1_024);
    await publishes(weak.jwk, { ...rsa.jwk, kid: "k4", use: "enc" }, { ...rsa.jwk, kid: "k5", alg: "PS256" });
    expect((await using(await token(weak))).status).toBe(401);
    for (const kid of ["k4", "k5"])
      expect((await using(await token(rsa, claims(), { kid }))).status).toBe(401);
  });
});

describe("the issuer's keys", () => {
  const asked = async (): Promise<number> => (await endpoint.received()).length;

  test("are fetched once in a while, by GET", async () => {
    const bearer = await token(rsa, claims({ exp: Math.floor(now / 1_000) + 86_400 }));
    for (let times = 0; times < 3; times += 1) await using(bearer);
    expect(await asked()).toBe(1);
    expect((await endpoint.received())[0]).toMatchObject({ method: "GET" });
    turnClock(10 * MINUTE);
    await using(bearer);
    expect(await asked()).toBe(2);
  });

  test("are fetched again when one is unknown, but not for every unknown token", async () => {
    await using(await token(rsa));
    for (let times = 0; times < 5; times += 1) await using(await token(rsa, claims(), { kid: `k${times}9` }));
    expect(await asked()).toBe(1);
    turnClock(MINUTE);
    const next = await signer("k6", "ES256");
    await publishes(rsa.jwk, next.jwk);
    expect((await using(await token(next))).status).toBe(200);
    expect(await asked()).toBe(2);
  });

  test.each<[string, Parameters<Endpoint["answers"]>[0]]>([
    ["are not there", { status: 404 }],
    ["lie elsewhere", { status: 302, headers: { location: "/x" } }],
    ["are no keys", { status: 200, body: "[]" }],
    ["are no JSON", { status: 200, body: "<html>" }],
    ["are too many", { status: 200, body: JSON.stringify({ keys: Array.from({ length: 51 }, () => ({})) }) }],
    ["never end", { status: 200, trickles: "x".repeat(20_000) }],
    ["hang up", { status: "hangs up" }],
    ["do not come", { status: "is silent" }],
  ])("have the desk say so and ask again a little later if they %s", async (_name, answer) => {
    await endpoint.answers(answer, { status: 200, body: JSON.stringify({ keys: [rsa.jwk] }) });
    const bearer = await token(rsa);
    for (let times = 0; times < 2; times += 1) {
      const refused = await using(bearer);
      expect([refused.status, await codeOf(refused)]).toEqual([503, "auth.unavailable"]);
      expect(refused.headers.get("Retry-After")).not.toBeNull();
    }
    expect(await asked()).toBe(1);
    turnClock(MINUTE / 2);
    expect((await using(bearer)).status).toBe(200);
  });

  test("serve on for a day while the issuer is away", async () => {
    const bearer = await token(rsa, claims({ exp: Math.floor(now / 1_000) + 200_000 }));
    await using(bearer);
    await endpoint.answers(...Array.from({ length: 5 }, () => ({ status: 500 })));
    turnClock(23 * 60 * MINUTE);
    expect((await using(bearer)).status).toBe(200);
    turnClock(25 * 60 * MINUTE);
    expect((await using(bearer)).status).toBe(503);
  });

  test("are fetched once for many calls that come at once", async () => {
    const bearer = await token(rsa);
    const answers = await Promise.all(Array.from({ length: 8 }, () => using(bearer)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await asked()).toBe(1);
    turnClock(MINUTE);
    const next = await signer("k6", "ES256");
    await publishes(rsa.jwk, next.jwk);
    const signed = await token(next);
    const later = await Promise.all(Array.from({ length: 8 }, () => using(signed)));
    expect(later.map(({ status }) => status)).toEqual(later.map(() => 200));
    expect(await asked()).toBe(2);
  });

  test("make no valid token invalid if they change while the issuer is away", async () => {
    const next = await signer("k7", "ES256");
    await using(await token(rsa));
    await endpoint.answers({ status: 500 }, { status: 200, body: JSON.stringify({ keys: [next.jwk] }) });
    turnClock(MINUTE);
    const signed = await token(next);
    for (let times = 0; times < 2; times += 1) {
      const answer = await using(signed);
      expect([answer.status, await codeOf(answer)]).toEqual([503, "auth.unavailable"]);
      expect((await using(await token(rsa))).status).toBe(200);
    }
    turnClock(2 * MINUTE);
    expect((await using(signed)).status).toBe(200);
  });

  test("are not fetched for what is no token at all", async () => {
    await endpoint.answers({ status: 500 });
    const answer = await using("guessed");
    expect([answer.status, await codeOf(answer)]).toEqual([401, "auth.invalid"]);
    expect(await asked()).toBe(0);
  });

  test("are not fetched from loopback in production, nor without TLS", async () => {
    desk.env = { ...desk.env, ALLOW_LOOPBACK: "" };
    expect((await using(await token(rsa))).status).toBe(503);
    expect(await asked()).toBe(0);
  });
});

test("no such token is looked at without an issuer", async () => {
  desk.env = { ...desk.env, OAUTH_ISSUER: "", OAUTH_AUDIENCE: "", OAUTH_JWKS_URL: "" };
  const answer = await using(await token(rsa));
  expect([answer.status, await codeOf(answer)]).toEqual([401, "auth.invalid"]);
  expect(await endpoint.received()).toEqual([]);
});

test.each<Partial<Env>>([{ OAUTH_AUDIENCE: "" }, { OAUTH_SCOPES: "{" }, { OAUTH_SCOPES: '{"a":"root"}' }])(
  "a half-configured issuer (%j) lets no caller in, and the desk says so",
  async (half) => {
    desk.env = { ...desk.env, ...half };
    expect((await using(await token(rsa))).status).toBe(401);
    const health = await (await desk.fetch("/healthz")).json<{ waitingFor: string[] }>();
    expect(health.waitingFor).toContain("oauth.incomplete");
  },
);
