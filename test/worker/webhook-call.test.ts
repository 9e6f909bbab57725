import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, test } from "vitest";
import { signingSecret } from "../../src/domain/desk/signing-secret.ts";
import { RETRY_AFTER_MAX_MS } from "../../src/domain/limits.ts";
import { callOut } from "../../src/integrations/outgoing.ts";
import { sendWebhook } from "../../src/integrations/webhook.ts";
import { realNow } from "../../src/real-clock.ts";
import type { Received } from "../support/endpoint-server.ts";
import { Endpoint } from "../support/endpoint.ts";

/* One call of an endpoint. */

let endpoint: Endpoint;

beforeEach(() => {
  endpoint = new Endpoint();
});

/** What a receiver does with a message: it throws if the signature does not fit. */
function verified({ body, headers }: Received, secret: string): unknown {
  return new Webhook(secret).verify(body, headers);
}

/** The same without any library, as the specification has it [Standard Webhooks, "Verifying webhook authenticity"]. */
async function fitsByHand({ body, headers }: Received, secret: string): Promise<boolean> {
  const utf8 = new TextEncoder();
  const raw = Uint8Array.fromBase64(secret.replace(/^whsec_/, ""));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const signed = utf8.encode(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  const signatures = (headers["webhook-signature"] ?? "").split(" ").map((one) => one.split(","));
  const fits = await Promise.all(
    signatures.map(async ([version, text = ""]) => {
      if (version !== "v1") return false;
      return crypto.subtle.verify("HMAC", key, Uint8Array.fromBase64(text), signed);
    }),
  );
  return fits.includes(true);
}

describe("one try", () => {
  const AT = Date.parse("2026-11-20T11:00:00Z");
  const sender = { rootSecret: "root", allowLoopback: true };
  const call = () => ({
    webhook: "queue-manager",
    url: endpoint.url,
    id: "msg_main_7",
    type: "ticket.escalated",
    at: AT,
    data: { ticket: { ref: "SUP-1", subject: "Ümläute 🎫" } },
    generations: [1],
  });
  const send = () => sendWebhook(call(), sender);

  test("is a signed POST of JSON, as Standard Webhooks has it", async () => {
    expect(await send()).toEqual({ kind: "done" });
    const [received, ...more] = await endpoint.received();
    expect(more).toEqual([]);
    expect(received).toMatchObject({
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "topicdesk", "webhook-id": "msg_main_7" },
    });
    const secret = await signingSecret("root", "queue-manager");
    expect(await fitsByHand(received, secret)).toBe(true);
    expect(await fitsByHand({ ...received, body: `${received.body} ` }, secret)).toBe(false);
    expect(await fitsByHand(received, await signingSecret("root", "crm"))).toBe(false);
    expect(verified(received, secret)).toEqual({
      type: "ticket.escalated",
      timestamp: "2026-11-20T11:00:00.000Z",
      data: { ticket: { ref: "SUP-1", subject: "Ümläute 🎫" } },
    });
  });

  test.each([
    ["another endpoint's secret", "root", "other"],
    ["another desk's secret", "another root", "queue-manager"],
  ])("does not pass with %s", async (_name, root, webhook) => {
    await send();
    const [received] = await endpoint.received();
    const secret = await signingSecret(root, webhook);
    expect(() => verified(received, secret)).toThrow("No matching signature");
  });

  test("does not pass when anything was changed on its way", async () => {
    await send();
    const [received] = await endpoint.received();
    const secret = await signingSecret("root", "queue-manager");
    const { headers, body } = received;
    const { "webhook-id": id, "webhook-timestamp": timestamp } = headers;
    for (const changed of [
      { ...received, body: body.replace("SUP-1", "SUP-2") },
      { ...received, headers: { ...headers, "webhook-id": `${id}0` } },
      { ...received, headers: { ...headers, "webhook-timestamp": String(Number(timestamp) + 1) } },
    ]) {
      expect(() => verified(changed, secret)).toThrow("No matching signature");
    }
  });

  test.each([200, 201, 202, 204, 299])("is delivered with %d", async (status) => {
    await endpoint.answers({ status });
    expect(await send()).toEqual({ kind: "done" });
  });

  const NOT_NOW = [500, 502, 503, 504, 599, 400, 401, 403, 404, 405, 408, 413, 422, 425, 429];

  test.each(NOT_NOW)("is retried with %d", async (status) => {
    await endpoint.answers({ status, body: "not now" });
    expect(await send()).toEqual({ kind: "later", code: `http_${status}`, retryAfterMs: null });
  });

  test("is refused with 410", async () => {
    await endpoint.answers({ status: 410 });
    expect(await send()).toEqual({ kind: "refused", code: "http_410" });
  });

  test.each([301, 302, 303, 307, 308])("follows no %d", async (status) => {
    const elsewhere = new Endpoint();
    await endpoint.answers({ status, headers: { location: elsewhere.url } });
    expect(await send()).toEqual({ kind: "later", code: "redirected", retryAfterMs: null });
    expect(await elsewhere.received()).toEqual([]);
  });

  test("is retried if there is no answer", async () => {
    await endpoint.answers({ status: "hangs up" });
    expect(await send()).toEqual({ kind: "later", code: "unreachable", retryAfterMs: null });
  });

  const asked = async (retryAfter: string): Promise<number | null> => {
    await endpoint.answers({ status: 503, headers: { "retry-after": retryAfter } });
    const outcome = await send();
    return outcome.kind === "later" ? outcome.retryAfterMs : Number.NaN;
  };

  test.each<[string, number | null]>([
    ["120", 120_000],
    ["0", 0],
    ["99999999999999", RETRY_AFTER_MAX_MS],
    ["9".repeat(400), RETRY_AFTER_MAX_MS],
    ["Fri, 31 Dec 9999 23:59:59 GMT", RETRY_AFTER_MAX_MS],
    ["Fri, 20 Nov 1998 12:00:00 GMT", null],
    ["soon", null],
    ["-5", null],
    ["", null],
  ])("is repeated after %j, in %s ms", async (retryAfter, ms) => {
    expect(await asked(retryAfter)).toBe(ms);
  });

  test("waits until the date at which it may be repeated", async () => {
    const ms = await asked(new Date(realNow() + 3_600_000).toUTCString());
    expect(Math.abs(ms! - 3_600_000)).toBeLessThan(60_000);
  });

  test("never goes to this machine, except in development", async () => {
    const outcome = await sendWebhook(call(), { ...sender, allowLoopback: false });
    expect(outcome).toEqual({ kind: "refused", code: "forbidden_address" });
    expect(await endpoint.received()).toEqual([]);
  });

  const out = (more: { timeoutMs?: number; answerBytesMax?: number }) =>
    callOut(
      { url: endpoint.url, headers: {}, body: "{}", timeoutMs: 10_000, answerBytesMax: 0, ...more },
      true,
    );

  test("does not wait for ever", async () => {
    await endpoint.answers({ status: "is silent" });
    expect(await out({ timeoutMs: 50 })).toEqual({ kind: "none", code: "timeout" });
  });

  test.each([
    ["as long as it may be", 11, { kind: "answer", body: "0123456789ä".slice(0, 10) }],
    ["longer", 9, { kind: "none", code: "too_large" }],
    ["not wanted", 0, { kind: "answer", body: "" }],
  ])("reads no more of an answer than it may: %s", async (_name, answerBytesMax, expected) => {
    await endpoint.answers({ status: 200, body: "0123456789" });
    expect(await out({ answerBytesMax })).toMatchObject(expected);
  });
});
