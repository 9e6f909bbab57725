import { failures, uncataloguedFailures } from "./errors.ts";

/** A file that came with the call. */
export interface Upload {
  fileName: string;
  mimeType: string;
  size: number;
  contentBase64: string | null;
}

/**
 * The parameters of a call. Depending on how it was encoded a number may be a string, and a list or an object
 * its JSON.
 */
export class Params {
  readonly raw: Record<string, unknown>;
  readonly #uploads: Record<string, Upload>;

  constructor(raw: Record<string, unknown>, uploads: Record<string, Upload> = {}) {
    this.raw = raw;
    this.#uploads = uploads;
  }

  has(name: string): boolean {
    const value = this.raw[name];
    return value !== undefined && value !== null;
  }

  text(name: string): string | null {
    const value = this.raw[name];
    if (typeof value === "string") return value;
    return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
  }

  number(name: string): number | null {
    const value = this.raw[name];
    if (typeof value === "number") return value;
    if (typeof value !== "string" || value.trim() === "") return null;
    const number = Number(value);
    return Number.isNaN(number) ? null : number;
  }

  integer(name: string): number | null {
    const value = this.number(name);
    return value === null ? null : Math.trunc(value);
  }

  flag(name: string): boolean {
    const value = this.raw[name];
    if (typeof value === "boolean") return value;
    return /^(true|yes|1)$/i.test(this.text(name) ?? "");
  }

  object(name: string, what: string = name): Record<string, unknown> | null {
    const value = this.#structured(name, what);
    if (value === null) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw uncataloguedFailures.cantParseJson(what);
    return value as Record<string, unknown>;
  }

  list(name: string, what: string = name): unknown[] | null {
    const value = this.#structured(name, what);
    if (value === null) return null;
    if (!Array.isArray(value)) throw uncataloguedFailures.cantParseJson(what);
    return value;
  }

  /** The upload of a file parameter: the part of that name, or the one an `attach://` points at. */
  upload(name: string): Upload | null {
    const direct = this.#uploads[name];
    if (direct) return direct;
    const value = this.raw[name];
    return typeof value === "string" ? this.attached(value) : null;
  }

  attached(reference: string): Upload | null {
    if (!reference.startsWith("attach://")) return null;
    const upload = this.#uploads[reference.slice("attach://".length)];
    if (!upload) throw failures.wrongFile();
    return upload;
  }

  /** For the call log: uploads are described, not kept. */
  get described(): Record<string, unknown> {
    const described = Object.entries(this.#uploads).map(([name, { fileName, mimeType, size }]) => [
      name,
      { fileName, mimeType, size },
    ]);
    return { ...this.raw, ...Object.fromEntries(described) };
  }

  #structured(name: string, what: string): unknown {
    const value = this.raw[name];
    if (value === undefined || value === null || value === "") return null;
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      throw uncataloguedFailures.cantParseJson(what);
    }
  }
}
