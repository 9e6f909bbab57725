import type { IncomingMessage } from "node:http";
import { Webhook } from "standardwebhooks";
import { signingSecret } from "../../domain/desk/signing-secret.ts";
import { readBody } from "../telegram/http/request-params.ts";

/** What the desk sent, and whether its signature is the desk's for this endpoint. */
export interface SignedBody {
  /** The same over all tries. */
  id: string;
  text: string;
  signed: boolean;
}

/** Reads a call of the desk and checks its signature (Standard Webhooks), as any receiver would. */
export async function readSigned(
  request: IncomingMessage,
  rootSecret: string,
  endpoint: string,
): Promise<SignedBody> {
  const text = (await readBody(request)).toString("utf8");
  const header = (name: string): string => String(request.headers[name] ?? "");
  const verifier = new Webhook(await signingSecret(rootSecret, endpoint));
  const signed = holds(() =>
    verifier.verify(text, {
      "webhook-id": header("webhook-id"),
      "webhook-timestamp": header("webhook-timestamp"),
      "webhook-signature": header("webhook-signature"),
    }),
  );
  return { id: header("webhook-id"), text, signed };
}

function holds(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
