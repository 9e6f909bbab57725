import type { PhotoSize } from "grammy/types";
import { failures, uncataloguedFailures } from "./errors.ts";
import type { Params, Upload } from "./params.ts";
import type { Content, FileKind, StoredFile } from "./state.ts";
import type { World } from "./world.ts";

/** What is known of a file: sizes in bytes, lengths in pixels, durations in seconds. */
export interface FileFacts {
  fileName?: string | undefined;
  mimeType?: string | undefined;
  size?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
  duration?: number | undefined;
  emoji?: string | undefined;
  setName?: string | undefined;
  title?: string | undefined;
  performer?: string | undefined;
  contentBase64?: string | undefined;
}

const DOWNLOAD_MAX_BYTES = 20 * 1024 * 1024;
export const UPLOAD_MAX_BYTES = 50 * 1024 * 1024;
const PHOTO_MAX_BYTES = 10 * 1024 * 1024;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

interface KindTraits {
  idPrefix: string;
  folder: string;
  extension: string;
  mimeType: string;
  size: number;
}

const traits: Record<FileKind, KindTraits> = {
  photo: { idPrefix: "AgAC", folder: "photos", extension: "jpg", mimeType: "image/jpeg", size: 90_100 },
  video: { idPrefix: "BAAC", folder: "videos", extension: "mp4", mimeType: "video/mp4", size: 480_000 },
  animation: {
    idPrefix: "CgAC",
    folder: "animations",
    extension: "mp4",
    mimeType: "video/mp4",
    size: 64_000,
  },
  audio: { idPrefix: "CQAC", folder: "music", extension: "mp3", mimeType: "audio/mpeg", size: 3_200_000 },
  document: {
    idPrefix: "BQAC",
    folder: "documents",
    extension: "bin",
    mimeType: "application/octet-stream",
    size: 24_000,
  },
  voice: { idPrefix: "AwAC", folder: "voice", extension: "oga", mimeType: "audio/ogg", size: 12_000 },
  video_note: {
    idPrefix: "DQAC",
    folder: "video_notes",
    extension: "mp4",
    mimeType: "video/mp4",
    size: 96_000,
  },
  sticker: { idPrefix: "CAAC", folder: "stickers", extension: "webp", mimeType: "image/webp", size: 21_000 },
};

/** Makes a file known to Telegram and returns the message fields that carry it. */
export function newFile(world: World, kind: FileKind, facts: FileFacts): Content {
  const number = world.count("file");
  const size = facts.size ?? traits[kind].size;
  const uniqueId = `AgAD${world.randomText(11, ALPHABET)}`;
  const file: Omit<StoredFile, "fileId" | "media"> = {
    uniqueId,
    kind,
    size,
    path: `${traits[kind].folder}/file_${number}.${extensionOf(kind, facts)}`,
    contentBase64: facts.contentBase64 ?? null,
  };
  const fileId = newFileId(world, kind);
  if (kind === "photo") {
    const largest = { width: facts.width ?? 800, height: facts.height ?? 533 };
    const thumbnail: PhotoSize = {
      file_id: newFileId(world, kind),
      file_unique_id: `${uniqueId}s`,
      file_size: Math.min(size, 1100),
      width: 90,
      height: Math.max(1, Math.round((90 * largest.height) / largest.width)),
    };
    const photo: PhotoSize = { file_id: fileId, file_unique_id: uniqueId, file_size: size, ...largest };
    const media = [thumbnail, photo];
    for (const each of media) {
      world.state.files[each.file_id] = {
        ...file,
        fileId: each.file_id,
        uniqueId: each.file_unique_id,
        size: each.file_size ?? size,
        media,
      };
    }
    return { photo: media };
  }
  const named = {
    ...(facts.fileName ? { file_name: facts.fileName } : {}),
    mime_type: facts.mimeType ?? traits[kind].mimeType,
  };
  const ids = { file_id: fileId, file_unique_id: uniqueId, file_size: size };
  const media = { ...ids, ...descriptions[kind](facts, named) };
  world.state.files[fileId] = { ...file, fileId, media };
  return fieldsOf(kind, media);
}

type Describe = (facts: FileFacts, named: object) => object;

const pictured = (facts: FileFacts): object => ({ width: facts.width ?? 640, height: facts.height ?? 360 });
const lasting = (facts: FileFacts): object => ({ duration: facts.duration ?? 5 });

/** Files that came with a message composed elsewhere: from now on they can be sent on. */
export function knowFiles(world: World, content: Content): void {
  for (const kind of Object.keys(traits) as FileKind[]) {
    const media = content[kind];
    const files = (Array.isArray(media) ? media : [media]).filter((file) => file !== undefined) as {
      file_id: string;
      file_unique_id?: string;
      file_size?: number;
    }[];
    for (const file of files) {
      world.state.files[file.file_id] ??= {
        fileId: file.file_id,
        uniqueId: file.file_unique_id ?? file.file_id,
        kind,
        size: file.file_size ?? traits[kind].size,
        path: `${traits[kind].folder}/file_${world.count("file")}.${traits[kind].extension}`,
        media,
        contentBase64: null,
      };
    }
  }
}

/** What each kind's Bot API object says beside the file's ids and size. */
const descriptions: Record<Exclude<FileKind, "photo">, Describe> = {
  video: (facts, named) => ({ ...pictured(facts), ...lasting(facts), ...named }),
  animation: (facts, named) => ({ ...pictured(facts), ...lasting(facts), ...named }),
  audio: (facts, named) => ({
    ...lasting(facts),
    ...named,
    ...(facts.title ? { title: facts.title } : {}),
    ...(facts.performer ? { performer: facts.performer } : {}),
  }),
  document: (_facts, named) => named,
  voice: (facts) => ({ ...lasting(facts), mime_type: facts.mimeType ?? traits.voice.mimeType }),
  video_note: (facts) => ({ ...lasting(facts), length: facts.width ?? 240 }),
  sticker: (facts) => ({
    type: "regular",
    width: 512,
    height: 512,
    is_animated: false,
    is_video: false,
    emoji: facts.emoji ?? "👍",
    set_name: facts.setName ?? "SandboxStickers",
  }),
};

/** An animation also counts as a document, for bots that know no better. */
function fieldsOf(kind: FileKind, media: unknown): Content {
  return (kind === "animation" ? { animation: media, document: media } : { [kind]: media }) as Content;
}

function newFileId(world: World, kind: FileKind): string {
  return `${traits[kind].idPrefix}AgIAAx${world.randomText(44, ALPHABET)}`;
}

function extensionOf(kind: FileKind, facts: FileFacts): string {
  return /\.([a-z0-9]{1,8})$/i.exec(facts.fileName ?? "")?.[1] ?? traits[kind].extension;
}

/** The media of a send call: a known file, an address to fetch it from, or an upload. */
export function mediaFromCall(world: World, params: Params, kind: FileKind): Content {
  const upload = params.upload(kind);
  const reference = params.text(kind);
  const facts: FileFacts = {
    width: params.integer("width") ?? params.integer("length") ?? undefined,
    height: params.integer("height") ?? undefined,
    duration: params.integer("duration") ?? undefined,
    emoji: params.text("emoji") ?? undefined,
    title: params.text("title") ?? undefined,
    performer: params.text("performer") ?? undefined,
  };
  if (upload) return uploaded(world, kind, upload, facts);
  return referenced(world, kind, reference ?? "", facts);
}

/** Where the caption of a call's media stands; below, unless said otherwise. */
export function captionPlace(params: Params): Content {
  return params.flag("show_caption_above_media") ? { show_caption_above_media: true } : {};
}

function uploaded(world: World, kind: FileKind, upload: Upload, facts: FileFacts): Content {
  if (upload.size > (kind === "photo" ? PHOTO_MAX_BYTES : UPLOAD_MAX_BYTES)) throw failures.tooLarge();
  return newFile(world, kind, {
    ...facts,
    fileName: upload.fileName,
    mimeType: upload.mimeType,
    size: upload.size,
    contentBase64: upload.contentBase64 ?? undefined,
  });
}

function referenced(world: World, kind: FileKind, reference: string, facts: FileFacts): Content {
  const known = world.state.files[reference];
  if (known) {
    if (known.kind !== kind) {
      throw uncataloguedFailures.wrongParameter(`can't use file of type ${known.kind} as ${kind}`);
    }
    return fieldsOf(kind, known.media);
  }
  const fileName = /^https?:\/\/[^/]+(?:\/[^?#]*)?/i.test(reference) ? reference.split(/[?#]/)[0] : null;
  if (!fileName) throw failures.wrongFile();
  return newFile(world, kind, { ...facts, fileName: fileName.split("/").at(-1) ?? "" });
}

export function fileForDownload(world: World, fileId: string): StoredFile {
  const file = world.state.files[fileId];
  if (!file) throw failures.fileUnavailable();
  if (file.size > DOWNLOAD_MAX_BYTES) throw failures.fileTooBig();
  return file;
}

export function fileAtPath(world: World, path: string): StoredFile | null {
  return Object.values(world.state.files).findLast((file) => file.path === path) ?? null;
}
