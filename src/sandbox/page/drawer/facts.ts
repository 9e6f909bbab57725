import { durationWords, instantWords } from "../model/clock.ts";
import { nameOf } from "../model/world.ts";

/** One fact, in words; several where there are several of a kind. */
export type Fact = [what: string, lines: string[]];

/** Numbers as large as this are instants; ids of Telegram are smaller. */
const INSTANTS_FROM = Date.UTC(2001, 8, 9, 1, 46, 40);

/** Everything that an object says, in words. Nothing is left out by name, so that what is added later shows by itself. */
export function factsOf(object: object, without: readonly string[] = []): Fact[] {
  return Object.entries(object).flatMap(([key, value]): Fact[] => {
    const lines = without.includes(key) ? [] : linesOf(key, value);
    return lines.length === 0 ? [] : [[nameWords(key), lines]];
  });
}

/** In one line. */
export function inOneLine(object: object, without: readonly string[] = []): string {
  return factsOf(object, without)
    .map(([what, lines]) => `${what}: ${lines.join(", ")}`)
    .join(" · ");
}

/** None: there is nothing to say. */
function linesOf(key: string, value: unknown): string[] {
  if (value === null || value === undefined || value === "" || value === false) return [];
  if (Array.isArray(value)) return value.flatMap((one) => inLine(key, one));
  if (typeof value === "object") {
    const { name } = value as { name?: unknown };
    if (typeof name === "string")
      return [inOneLine(value, ["id", "name", "kind"])].map((more) => joined(name, more));
    return Object.entries(value).flatMap(([part, given]) => {
      const line = inLine(part, given).join(", ");
      return line === "" ? [] : [`${nameWords(part)}: ${line}`];
    });
  }
  return [wordOf(key, value)];
}

function inLine(key: string, value: unknown): string[] {
  if (value === null || typeof value !== "object") return linesOf(key, value);
  const lines = linesOf(key, value);
  return lines.length === 0 ? [] : [lines.join(" · ")];
}

function joined(name: string, more: string): string {
  return more === "" ? name : `${name} (${more})`;
}

function wordOf(key: string, value: unknown): string {
  if (value === true) return "yes";
  if (typeof value !== "number") return String(value);
  if (value >= INSTANTS_FROM) return instantWords(value);
  if (key.endsWith("Ms")) return durationWords(value);
  return key === "customer" || key === "agent" || key === "declined" ? nameOf(value) : String(value);
}

/** `firstAnsweredAt` reads "first answered"; what is no name of the code stays as it is. */
function nameWords(key: string): string {
  if (!/^[a-z][a-zA-Z]*$/.test(key)) return key;
  const words = key.replace(/([a-z])At$/, "$1").replace(/Ms$/, "");
  return words.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
