import { readJsonText, type JsonFault } from "../domain/config/json-text.ts";
import { JSON_DEPTH_MAX } from "./limits.ts";

export type Body = { value: unknown } | { refused: "request.too_large" } | Malformed;
/** No JSON; `detail`: where it stops being some. */
type Malformed = { refused: "request.malformed"; detail: string };

/**
 * The JSON of a request, read only as far as the limit goes: `Content-Length` is what the sender says, so it may
 * refuse early but never admit.
 */
export async function readJson(request: Request, bytesMax: number): Promise<Body> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > bytesMax) return { refused: "request.too_large" };
  const bytes = await readBytes(request, bytesMax);
  return bytes === null ? { refused: "request.too_large" } : jsonOf(bytes);
}

/** JSON in bytes whose number is limited already. */
export function jsonOf(bytes: ArrayBuffer | Uint8Array): { value: unknown } | Malformed {
  if (bytes.byteLength === 0) return { refused: "request.malformed", detail: "The body is empty." };
  const read = readJsonText(new TextDecoder().decode(bytes));
  if ("fault" in read) return { refused: "request.malformed", detail: inWords(read.fault) };
  return isDeep(read.value)
    ? { refused: "request.malformed", detail: `It nests deeper than ${JSON_DEPTH_MAX} levels.` }
    : read;
}

/** Where a text stops being JSON, and why, in a sentence. */
export function inWords({ line, column, message }: JsonFault): string {
  return `Line ${line}, column ${column}: ${message}.`;
}

/** A body, read only as far as the limit goes; null beyond it. */
export async function readBytes(request: Request | Response, bytesMax: number): Promise<Uint8Array | null> {
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > bytesMax) {
      await reader.cancel();
      return null;
    }
    pieces.push(value);
  }
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(size);
  let end = 0;
  for (const piece of pieces) {
    whole.set(piece, end);
    end += piece.byteLength;
  }
  return whole;
}

/** Whether JSON nests so deep that code which follows it level by level would run out of stack. */
function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > JSON_DEPTH_MAX) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
}
