import type { IncomingMessage } from "node:http";
import { failures } from "../errors.ts";
import { UPLOAD_MAX_BYTES } from "../media.ts";
import type { Upload } from "../params.ts";

/** An upload, and what stands around it. */
const BODY_MAX_BYTES = UPLOAD_MAX_BYTES + 1024 * 1024;
/** Larger files are remembered by name, kind and size only. */
const CONTENT_KEPT_MAX_BYTES = 1024 * 1024;

export interface CallParams {
  params: Record<string, unknown>;
  uploads: Record<string, Upload>;
}

/** Parameters may stand in the address, in the body, or in both. */
export async function readCallParams(request: IncomingMessage, query: URLSearchParams): Promise<CallParams> {
  const params: Record<string, unknown> = Object.fromEntries(query);
  const uploads: Record<string, Upload> = {};
  const body = await readBody(request);
  const contentType = request.headers["content-type"] ?? "";
  if (body.length === 0) return { params, uploads };
  if (contentType.startsWith("application/json")) {
    return { params: { ...params, ...parseObject(body.toString("utf8")) }, uploads };
  }
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": contentType },
  }).formData();
  for (const [name, value] of form) {
    if (typeof value === "string") params[name] = value;
    else uploads[name] = await toUpload(value);
  }
  return { params, uploads };
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    // Read to its end in any case: a client that is still sending would not hear the refusal.
    if (length <= BODY_MAX_BYTES) chunks.push(chunk as Buffer);
  }
  if (length > BODY_MAX_BYTES) throw failures.tooLarge();
  return Buffer.concat(chunks);
}

export function parseObject(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

async function toUpload(file: File): Promise<Upload> {
  const isKept = file.size <= CONTENT_KEPT_MAX_BYTES;
  return {
    fileName: file.name,
    mimeType: file.type || "application/octet-stream",
    size: file.size,
    contentBase64: isKept ? Buffer.from(await file.arrayBuffer()).toString("base64") : null,
  };
}
