import { ActRefused } from "../refusal.ts";
import type { FileKind } from "../state.ts";

/** What people may upload, premium or not aside [docs]. */
const FILE_MAX_BYTES = 2_000 * 1024 * 1024;
const PHOTO_MAX_BYTES = 10 * 1024 * 1024;

/** How the pictures begin that Telegram takes: JPEG, PNG, GIF, BMP, WebP. */
const PICTURES = [/^\u00ff\u00d8\u00ff/, /^\u0089PNG\r\n/, /^GIF8/, /^BM/, /^RIFF[^]{4}WEBP/];

/** Refuses what Telegram refuses of an upload: too large, empty, damaged on its way, or no picture at all. */
export function checkUpload(
  kind: FileKind,
  { size, contentBase64 }: { size?: number | undefined; contentBase64?: string | undefined },
): void {
  const max = kind === "photo" ? PHOTO_MAX_BYTES : FILE_MAX_BYTES;
  if (size !== undefined && size > max) {
    throw new ActRefused(`FILE_TOO_BIG: a ${kind} has at most ${max / 1024 / 1024} MB`);
  }
  if (size === 0 || contentBase64 === "") throw new ActRefused("FILE_PARTS_INVALID: the file is empty");
  if (contentBase64 === undefined) return;
  const bytes = decoded(contentBase64);
  if (bytes === null || (size !== undefined && bytes.length !== size)) {
    throw new ActRefused("FILE_PARTS_INVALID: the file was damaged on its way");
  }
  if (kind === "photo" && !PICTURES.some((beginning) => beginning.test(bytes))) {
    throw new ActRefused("IMAGE_PROCESS_FAILED: this is no picture that Telegram can read");
  }
}

/** One character a byte. */
function decoded(base64: string): string | null {
  try {
    return atob(base64);
  } catch {
    return null;
  }
}
