import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { SeenMessage } from "../../telegram/client.ts";
import { telegram } from "../model/telegram.ts";
import { bytesWords, secondsOfPlay } from "./words.ts";

/** A picture, film or the like in the lightbox. */
export interface Shown {
  fileId: string;
  uniqueId: string;
  kind: "photo" | "video" | "animation" | "video_note" | "sticker";
  width: number;
  height: number;
  words: string;
}

export const lightbox = signal<Shown | null>(null);

const contents = new Map<string, Promise<string | null>>();

/** The bytes of a file as an address, null where the sandbox only knows of its existence. */
function contentOf(fileId: string, mimeType: string): Promise<string | null> {
  const known = contents.get(fileId);
  if (known !== undefined) return known;
  const asked = telegram
    .file(fileId)
    .then(({ contentBase64 }) => (contentBase64 === null ? null : `data:${mimeType};base64,${contentBase64}`))
    .catch(() => null);
  contents.set(fileId, asked);
  return asked;
}

export function visualOf(message: SeenMessage): Shown | null {
  const { photo, video, animation, video_note: note, sticker } = message;
  const words = message.caption ?? "";
  if (photo !== undefined) {
    const { file_id, file_unique_id, width, height } = photo.at(-1)!;
    return {
      fileId: file_id,
      uniqueId: file_unique_id,
      kind: "photo",
      width,
      height,
      words: words || "Photo",
    };
  }
  const film = animation ?? video;
  if (film !== undefined) {
    const kind = animation === undefined ? "video" : "animation";
    const { file_id, file_unique_id, width, height } = film;
    return { fileId: file_id, uniqueId: file_unique_id, kind, width, height, words: words || "Video" };
  }
  if (note !== undefined) {
    const { file_id, file_unique_id, length } = note;
    const facts = { fileId: file_id, uniqueId: file_unique_id, width: length, height: length };
    return { ...facts, kind: "video_note", words: "Video message" };
  }
  if (sticker !== undefined) {
    const { file_id, file_unique_id, width, height, emoji } = sticker;
    return {
      fileId: file_id,
      uniqueId: file_unique_id,
      kind: "sticker",
      width,
      height,
      words: `Sticker ${emoji ?? ""}`,
    };
  }
  return null;
}

/** The picture itself if its bytes are known; otherwise a made-up one, always the same for the same file. */
export function Picture({ shown }: { shown: Shown }) {
  const [address, setAddress] = useState<string | null>(null);
  const isPicture = shown.kind === "photo";
  useEffect(() => {
    let isGone = false;
    if (isPicture) void contentOf(shown.fileId, "image/jpeg").then((found) => !isGone && setAddress(found));
    return () => {
      isGone = true;
    };
  }, [shown.fileId]);
  if (address !== null) return <img src={address} alt={shown.words} draggable={false} />;
  return <MadeUp shown={shown} />;
}

/** Hills under a sky, in colours and shapes that the file's id decides. */
function MadeUp({ shown }: { shown: Shown }) {
  const seed = hash(shown.uniqueId.replace(/s$/, ""));
  const hue = seed % 360;
  const hills = [0, 1, 2].map((layer) => {
    const heights = [0, 1, 2, 3].map((at) => 42 + layer * 15 + ((seed >> (layer * 4 + at * 3)) % 16));
    const [a, b, c, d] = heights;
    return `M0 ${a} C 20 ${b! - 14}, 34 ${c! - 10}, 52 ${b} S 84 ${d! - 12}, 100 ${c} V100 H0 Z`;
  });
  return (
    <svg
      class="made-up"
      viewBox="0 0 100 100"
      preserveAspectRatio="xMidYMid slice"
      role="img"
      aria-label={shown.words}
    >
      <rect width="100" height="100" fill={`hsl(${hue} 55% 78%)`} />
      <circle cx={25 + (seed % 50)} cy={31 + (seed % 8)} r="6" fill={`hsl(${(hue + 40) % 360} 90% 88%)`} />
      {hills.map((path, layer) => (
        <path
          key={layer}
          d={path}
          fill={`hsl(${(hue + 20 * layer) % 360} ${42 - layer * 4}% ${60 - layer * 14}%)`}
        />
      ))}
    </svg>
  );
}

function hash(text: string): number {
  let value = 7;
  for (const char of text) value = (Math.imul(value, 31) + char.charCodeAt(0)) | 0;
  return Math.abs(value);
}

/** Pictures and films of one message, or of a whole album. */
export function Mosaic({ messages }: { messages: readonly SeenMessage[] }) {
  const all = messages.map(visualOf).filter((shown) => shown !== null);
  const [first] = all;
  const ratio = all.length === 1 && first !== undefined ? clamp(first.width / first.height, 0.7, 1.9) : 1.35;
  return (
    <div class={`mosaic of-${Math.min(all.length, 10)}`} style={{ aspectRatio: String(ratio) }}>
      {all.map((shown) => (
        <Tile key={shown.fileId} shown={shown} />
      ))}
    </div>
  );
}

function Tile({ shown }: { shown: Shown }) {
  const isFilm = shown.kind !== "photo";
  return (
    <button
      type="button"
      class={`tile ${shown.kind}`}
      aria-label={`Open: ${shown.words}`}
      onClick={() => (lightbox.value = shown)}
    >
      <Picture shown={shown} />
      {isFilm && <span class="play" aria-hidden="true" />}
      {shown.kind === "animation" && <span class="badge">GIF</span>}
    </button>
  );
}

export function Sticker({ message }: { message: SeenMessage }) {
  return (
    <span class="sticker" role="img" aria-label={`Sticker ${message.sticker?.emoji ?? ""}`}>
      {message.sticker?.emoji ?? "🙂"}
    </span>
  );
}

export function FileLine({ message }: { message: SeenMessage }) {
  const { document, audio } = message;
  const name = document?.file_name ?? audio?.title ?? audio?.file_name ?? (audio ? "Music" : "File");
  const size = bytesWords(document?.file_size ?? audio?.file_size ?? 0);
  const [failed, setFailed] = useState(false);
  const open = async (): Promise<void> => {
    const found = await contentOf(
      (document ?? audio)!.file_id,
      document?.mime_type ?? "application/octet-stream",
    );
    if (found === null) return setFailed(true);
    const link = Object.assign(window.document.createElement("a"), { href: found, download: name });
    link.click();
  };
  return (
    <button type="button" class="file" onClick={() => void open()} aria-label={`Open ${name}`}>
      <span class="file-icon" aria-hidden="true">
        {audio ? "♪" : (name.split(".").at(-1) ?? "").slice(0, 4)}
      </span>
      <span class="file-words">
        <span class="file-name">{name}</span>
        <span class="dim">
          {audio ? `${secondsOfPlay(audio.duration)} · ` : ""}
          {failed ? "a file of the sandbox: it has no content" : size}
        </span>
      </span>
    </button>
  );
}

/** A voice message: its play button moves a line, because there is nothing to hear. */
export function Voice({ message }: { message: SeenMessage }) {
  const { duration = 0, file_unique_id: id = "" } = message.voice ?? {};
  const [isPlaying, play] = useState(false);
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setTimeout(() => play(false), duration * 1_000);
    return () => clearTimeout(timer);
  }, [isPlaying]);
  const seed = hash(id);
  return (
    <div class="voice">
      <button
        type="button"
        class="round"
        aria-label={isPlaying ? "Stop" : `Play the voice message, ${duration} seconds`}
        onClick={() => play(!isPlaying)}
      >
        {isPlaying ? "❚❚" : "▶"}
      </button>
      <span
        class={`wave ${isPlaying ? "playing" : ""}`}
        style={{ "--seconds": `${duration}s` }}
        aria-hidden="true"
      >
        {Array.from({ length: 28 }, (_, at) => (
          <i key={at} style={{ height: `${20 + ((seed >> (at % 13)) % 9) * 9}%` }} />
        ))}
      </span>
      <span class="dim">{secondsOfPlay(duration)}</span>
    </div>
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
