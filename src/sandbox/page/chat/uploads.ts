import type { ActInput } from "../../telegram/acts/all.ts";
import type { MessageContent } from "../../telegram/client.ts";
import { act } from "../model/telegram.ts";

/** Where a message goes and what it hangs on. */
export type Where = Pick<
  ActInput<"write">,
  "userId" | "chatId" | "threadId" | "anonymous" | "replyTo" | "quote"
>;

/** Larger files are remembered by name, kind and size only. */
const CONTENT_KEPT_MAX_BYTES = 1024 * 1024;
const ALBUM_MAX = 10;

/** Sends files as Telegram's apps do: pictures and films as such, several of a family as an album. */
export async function sendFiles(files: readonly File[], where: Where): Promise<boolean> {
  const items = await Promise.all(files.slice(0, ALBUM_MAX).map(contentOf));
  const visual = items.filter((item) => item.photo ?? item.video);
  const music = items.filter((item) => item.audio);
  const others = items.filter((item) => item.document);
  let isDone = true;
  for (const family of [visual, music, others]) {
    if (family.length > 1) isDone = (await act("writeAlbum", { ...where, items: family })) !== null && isDone;
    else if (family.length === 1)
      isDone = (await act("write", { ...where, ...family[0] })) !== null && isDone;
  }
  return isDone;
}

async function contentOf(file: File): Promise<MessageContent> {
  const facts = {
    fileName: file.name,
    size: file.size,
    ...(file.type === "" ? {} : { mimeType: file.type }),
    ...(file.size <= CONTENT_KEPT_MAX_BYTES ? { contentBase64: await base64Of(file) } : {}),
  };
  if (file.type.startsWith("image/") && file.type !== "image/svg+xml") {
    return { photo: { ...facts, ...(await sizeOf(file)) } };
  }
  if (file.type.startsWith("video/")) return { video: facts };
  if (file.type.startsWith("audio/")) return { audio: facts };
  return { document: facts };
}

/** In pixels; nothing for what is no picture, which Telegram will say. */
async function sizeOf(file: File): Promise<{ width?: number; height?: number }> {
  try {
    const { width, height } = await createImageBitmap(file);
    return { width, height };
  } catch {
    return {};
  }
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
