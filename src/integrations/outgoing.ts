import { isAllowedUrl } from "../domain/config/allowed-url.ts";
import { RETRY_AFTER_MAX_MS } from "../domain/limits.ts";
import { realNow } from "../real-clock.ts";
import { abortedAfter } from "../time-limit.ts";

/**
 * A call to a system that is not ours, whose address stands in the configuration: private, link-local and loopback
 * addresses are refused, redirects are not followed, and a long answer is not read.
 */
export interface OutgoingCall {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  /** Bytes of the answer that are read; a longer one is no answer. 0: only its status is wanted. */
  answerBytesMax: number;
}

/** An answer with its status, or why there was no answer. */
export type OutgoingAnswer =
  | { kind: "answer"; status: number; retryAfterMs: number | null; body: string }
  | { kind: "none"; code: "forbidden_address" | "timeout" | "unreachable" | "redirected" | "too_large" };

/** Makes a call, one try. Never throws. `allowLoopback` is for development only. */
export async function callOut(call: OutgoingCall, allowLoopback: boolean): Promise<OutgoingAnswer> {
  if (!isAllowedUrl(call.url, allowLoopback)) return { kind: "none", code: "forbidden_address" };
  return abortedAfter(call.timeoutMs, (signal) => answerOf(call, signal));
}

async function answerOf(call: OutgoingCall, signal: AbortSignal): Promise<OutgoingAnswer> {
  try {
    const response = await fetch(call.url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "topicdesk", ...call.headers },
      body: call.body,
      redirect: "manual",
      signal,
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return { kind: "none", code: "redirected" };
    }
    const body =
      call.answerBytesMax === 0 ? await unread(response) : await readUpTo(response, call.answerBytesMax);
    if (body === null) return { kind: "none", code: "too_large" };
    return { kind: "answer", status: response.status, retryAfterMs: retryAfterMs(response.headers), body };
  } catch {
    return { kind: "none", code: signal.aborted ? "timeout" : "unreachable" };
  }
}

async function unread(response: Response): Promise<string> {
  await response.body?.cancel();
  return "";
}

async function readUpTo(response: Response, bytesMax: number): Promise<string | null> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** RFC 9110, section 10.2.3: seconds, or a date. Capped at `RETRY_AFTER_MAX_MS`. */
function retryAfterMs(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - realNow();
  return Number.isNaN(ms) || ms < 0 ? null : Math.min(ms, RETRY_AFTER_MAX_MS);
}
