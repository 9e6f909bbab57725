import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import type { Dice } from "./dice.ts";
import type { Happening, Timeline } from "./timeline.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;
type LogLine = (level: string, line: string) => void;

/** What of the world outside the code of this process is given. */
export interface Surroundings {
  timeline: Timeline;
  chance: Dice;
  fetch: Fetch;
  log: LogLine;
}

/** The one world of this process: its globals belong to it. */
let here: Surroundings;

export function surroundWith(surroundings: Surroundings): void {
  here = surroundings;
}

/** The process's own, for what is printed. */
export const real = { print: console.log.bind(console) };

/**
 * Takes the real time, real chance and the real network out of this process for good. Everything asynchronous that is
 * left is promises and the timeline, so one seed makes one run.
 */
export function installGlobals(): void {
  const RealDate = Date;
  const now = (): number => Math.floor(here.timeline.now);
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget as typeof Date) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, property) => (property === "now" ? now : (Reflect.get(target, property) as unknown)),
  });
  Object.assign(Math, { random: () => here.chance.roll() });
  Object.defineProperty(performance, "now", { value: () => here.timeline.now });
  Object.assign(globalThis, {
    setTimeout: (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
      here.timeline.after(ms, () => run(...given)),
    clearTimeout: (timer: Happening | null | undefined) => {
      if (timer !== null && timer !== undefined) here.timeline.cancel(timer);
    },
    scheduler: { wait },
    fetch: (url: string | URL, init: RequestInit = {}) => here.fetch(String(url), init),
  });
  Object.assign(AbortSignal, {
    timeout: (ms: number) => {
      const ending = new AbortController();
      here.timeline.after(ms, () => ending.abort(new DOMException("late", "TimeoutError")));
      return ending.signal;
    },
  });
  Object.defineProperty(globalThis, "crypto", { value: { randomUUID, getRandomValues, subtle } });
  // The platform has them, this Node not yet.
  Object.assign(Uint8Array, { fromBase64: (text: string) => new Uint8Array(Buffer.from(text, "base64")) });
  Object.assign(Uint8Array["prototype"], {
    toBase64(this: Uint8Array) {
      return Buffer.from(this).toString("base64");
    },
  });
  for (const level of ["log", "info", "warn", "error", "debug"] as const)
    console[level] = (...said: unknown[]) => here.log(level, said.map(String).join(" "));
}

function wait(ms: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = here.timeline.after(ms, resolve);
    signal?.addEventListener("abort", () => {
      here.timeline.cancel(timer);
      reject(new DOMException("aborted", "AbortError"));
    });
  });
}

function getRandomValues<T extends Uint8Array>(bytes: T): T {
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(here.chance.roll() * 256);
  return bytes;
}

function randomUUID(): string {
  const hex = Buffer.from(getRandomValues(new Uint8Array(16))).toString("hex");
  const variant = "89ab"[Number.parseInt(hex[16], 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

interface Key {
  bytes: Uint8Array;
}

/** WebCrypto as far as the desk uses it. Node's own answers from other threads, whenever they are done. */
const subtle = {
  digest: async (name: string, data: Uint8Array) => exact(createHash(plain(name)).update(data).digest()),
  importKey: async (_format: string, bytes: Uint8Array): Promise<Key> => ({ bytes: Buffer.from(bytes) }),
  sign: async (_how: unknown, key: Key, data: Uint8Array) =>
    exact(createHmac("sha256", key.bytes).update(data).digest()),
  deriveKey: async (
    { hash, salt, info }: { hash: string; salt: Uint8Array; info: Uint8Array },
    key: Key,
    { length = 256 }: { length?: number },
  ): Promise<Key> => ({ bytes: new Uint8Array(hkdfSync(plain(hash), key.bytes, salt, info, length / 8)) }),
  encrypt: async ({ iv, additionalData }: AesGcm, key: Key, data: Uint8Array) => {
    const cipher = createCipheriv("aes-256-gcm", key.bytes, iv);
    if (additionalData !== undefined) cipher.setAAD(additionalData);
    return exact(Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]));
  },
  decrypt: async ({ iv, additionalData }: AesGcm, key: Key, data: Uint8Array) => {
    const sealed = Buffer.from(data);
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, iv);
    if (additionalData !== undefined) decipher.setAAD(additionalData);
    decipher.setAuthTag(sealed.subarray(-16));
    return exact(Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]));
  },
  timingSafeEqual: (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0,
};

interface AesGcm {
  iv: Uint8Array;
  additionalData?: Uint8Array;
}

function plain(name: string): string {
  return name.toLowerCase().replace("-", "");
}

/** Buffers share one pool; WebCrypto answers with memory of its own. */
function exact(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
