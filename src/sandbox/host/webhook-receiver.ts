import type { ConfigInput } from "../../domain/config/config.ts";
import type { Neighbour } from "../telegram/server.ts";
import type { ReceivedWebhook } from "./feed.ts";
import { isOurs } from "./own-address.ts";
import { readSigned } from "./signed-body.ts";

const PATH = "/sandbox/webhooks/";

/** The systems that a desk's webhooks would call: they take everything, and check its signature as anyone would. */
export function webhookReceiver(
  rootSecret: string,
  now: () => number,
  received: (one: ReceivedWebhook) => void,
): Neighbour {
  return async (request, response, { pathname }) => {
    if (request.method !== "POST" || !pathname.startsWith(PATH)) return false;
    const webhook = pathname.slice(PATH.length);
    const { id, text, signed } = await readSigned(request, rootSecret, webhook);
    const { type, data } = JSON.parse(text) as { type: string; data: unknown };
    received({ id, webhook, at: now(), type, data, signed });
    response.writeHead(signed ? 204 : 401).end();
    return true;
  };
}

/** The configuration with the webhooks of examples, and of former sandboxes, led to the receiver at this address. */
export function withWebhooksHere(config: ConfigInput, url: string): ConfigInput {
  const webhooks = config.webhooks?.map((webhook) =>
    isOurs(webhook.url, PATH) ? { ...webhook, url: `${url}${PATH}${webhook.id}` } : webhook,
  );
  return webhooks === undefined ? config : { ...config, webhooks };
}
