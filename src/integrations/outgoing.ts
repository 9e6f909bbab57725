import { RETRY_AFTER_MAX_MS } from "../domain/limits.ts";

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

/** What came back: an answer with its status, or why there is none. */
export type OutgoingAnswer =
  | { kind: "answer"; status: number; retryAfterMs: number | null; body: string }
  | { kind: "none"; code: "forbidden_address" | "timeout" | "unreachable" | "redirected" | "too_large" };

/** Makes a call, one try. Never throws. `allowLoopback` is for development only. */
export async function callOut(call: OutgoingCall, allowLoopback: boolean): Promise<OutgoingAnswer> {
  if (!isAllowedUrl(call.url, allowLoopback)) return { kind: "none", code: "forbidden_address" };
  try {
    const response = await fetch(call.url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "topicdesk", ...call.headers },
      body: call.body,
      redirect: "manual",
      signal: AbortSignal.timeout(call.timeoutMs),
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return { kind: "none", code: "redirected" };
    }
    const body =
      call.answerBytesMax === 0 ? await unread(response) : await readUpTo(response, call.answerBytesMax);
    if (body === null) return { kind: "none", code: "too_large" };
    return { kind: "answer", status: response.status, retryAfterMs: retryAfterMs(response.headers), body };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return { kind: "none", code: timedOut ? "timeout" : "unreachable" };
  }
}

/**
 * Whether the desk may call a URL: https, a public host by name or address, no credentials. A name that resolves to a
 * private address cannot be told from here; on Cloudflare's network such an address leads nowhere.
 */
export function isAllowedUrl(text: string, allowLoopback: boolean): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== "" || url.password !== "") return false;
  const host = url.hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.+$/, "")
    .toLowerCase();
  if (isLoopback(host)) return allowLoopback && /^https?:$/.test(url.protocol);
  return url.protocol === "https:" && !isPrivateName(host) && !isPrivateAddress(host);
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host.endsWith(".localhost") || /^127(?:\.\d+){3}$/.test(host) || host === "::1"
  );
}

function isPrivateName(host: string): boolean {
  if (/^[\d.]+$/.test(host) || host.includes(":")) return false;
  return !host.includes(".") || /\.(?:local|internal|intranet|lan|home\.arpa|test|invalid|onion)$/.test(host);
}

/** The URL parser has brought every way to write an IPv4 address into its dotted form. */
function isPrivateAddress(host: string): boolean {
  if (host.includes(":")) return !/^2[0-9a-f]{3}:/.test(host) || /^2001:(?:0?db8|0{0,4}):|^2002:/.test(host);
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host)?.slice(1).map(Number);
  if (parts === undefined) return false;
  const [a, b] = parts as [number, number];
  return (
    a === 0 ||
    a === 10 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && (b === 168 || b === 0)) ||
    (a === 198 && (b === 18 || b === 19))
  );
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

/** RFC 9110, section 10.2.3: seconds, or a date. Nobody is left alone for longer than `RETRY_AFTER_MAX_MS`. */
function retryAfterMs(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) || ms < 0 ? null : Math.min(ms, RETRY_AFTER_MAX_MS);
}
