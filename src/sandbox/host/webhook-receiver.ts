import { Webhook } from "standardwebhooks";
import type { ConfigInput } from "../../domain/config.ts";
import { signingSecret } from "../../domain/signing-secret.ts";
import { readBody } from "../telegram/http/request-params.ts";
import type { Neighbour } from "../telegram/server.ts";
import type { ReceivedWebhook } from "./feed.ts";

const PATH = "/sandbox/webhooks/";
/** A host that is reserved for examples leads nowhere. */
const EXAMPLE = /(?:^|\.)example\.(?:com|net|org)$/;

/** The systems that a desk's webhooks would call: they take everything, and check its signature as anyone would. */
export function webhookReceiver(
  rootSecret: string,
  now: () => number,
  received: (one: ReceivedWebhook) => void,
): Neighbour {
  return async (request, response, { pathname }) => {
    if (request.method !== "POST" || !pathname.startsWith(PATH)) return false;
    const webhook = pathname.slice(PATH.length);
    const body = (await readBody(request)).toString("utf8");
    const header = (name: string): string => String(request.headers[name] ?? "");
    const { type, data } = JSON.parse(body) as { type: string; data: unknown };
    const verifier = new Webhook(await signingSecret(rootSecret, webhook));
    const signed = holds(() =>
      verifier.verify(body, {
        "webhook-id": header("webhook-id"),
        "webhook-timestamp": header("webhook-timestamp"),
        "webhook-signature": header("webhook-signature"),
      }),
    );
    received({ id: header("webhook-id"), webhook, at: now(), type, data, signed });
    response.writeHead(signed ? 204 : 401).end();
    return true;
  };
}

/** The configuration with the webhooks of examples, and of former sandboxes, led to the receiver at this address. */
export function withWebhooksHere(config: ConfigInput, url: string): ConfigInput {
  const webhooks = config.webhooks?.map((webhook) => {
    const address = new URL(webhook.url);
    const ours = EXAMPLE.test(address.hostname) || address.pathname.startsWith(PATH);
    return ours ? { ...webhook, url: `${url}${PATH}${webhook.id}` } : webhook;
  });
  return webhooks === undefined ? config : { ...config, webhooks };
}

function holds(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
