import { sameJson } from "../../domain/config/diff.ts";
import { placeOf } from "../../domain/config/json-text.ts";
import { nameOfItem } from "../../domain/config/places.ts";
import { stepsOf } from "../../domain/config/schema-problems.ts";
import { isRecord, namesOf, type Json } from "./json.ts";

/** A place in a sound text with comments: where its value stands, and what stands inside. */
export interface Node {
  value: Json;
  from: number;
  to: number;
  /** Empty for texts, numbers and the like. */
  entries: Entry[];
}
interface Entry {
  /** Where the key stands; the value's own beginning in a list. */
  at: number;
  key: string | number;
  node: Node;
}

const SPACE = /(?:[\s\ufeff]|\/\/[^\r\n]*|\/\*[^]*?\*\/)*/y;
const SCALAR = /"(?:[^"\\]|\\.)*"|[-+.\w]+/y;

/** Reads a text in which `faultIn` finds no fault. */
export function treeOf(text: string): Node {
  let at = 0;
  const skip = (): void => {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)![0].length;
  };
  const scalar = (): string => {
    SCALAR.lastIndex = at;
    const [found] = SCALAR.exec(text)!;
    at += found.length;
    return found;
  };
  const read = (): Node => {
    skip();
    const from = at;
    const isObject = text[at] === "{";
    if (!isObject && text[at] !== "[") {
      const value = JSON.parse(scalar()) as Json;
      return { value, from, to: at, entries: [] };
    }
    const entries: Entry[] = [];
    at += 1;
    for (skip(); text[at] !== "}" && text[at] !== "]"; skip()) {
      const begins = at;
      let key: string | number = entries.length;
      if (isObject) {
        key = JSON.parse(scalar()) as string;
        skip();
        at += 1;
      }
      entries.push({ at: begins, key, node: read() });
      skip();
      if (text[at] === ",") at += 1;
    }
    at += 1;
    const values = entries.map(({ node }) => node.value);
    const value = isObject ? Object.fromEntries(entries.map(({ key, node }) => [key, node.value])) : values;
    return { value, from, to: at, entries };
  };
  return read();
}

/** Line and column, from 1, of what a JSON pointer leads to, or of the innermost place on the way that is there. */
export function placeAt(text: string, pointer: string): { line: number; column: number } {
  let node = treeOf(text);
  let at = node.from;
  for (const key of stepsOf(pointer)) {
    const entry = node.entries.find((one) => String(one.key) === key);
    if (entry === undefined) break;
    ({ at, node } = entry);
  }
  return placeOf(text, at);
}

/**
 * The text with another value in it. What stays the same stays as it is written, with its comments; what is taken out
 * takes along the comments before it and behind it on its line.
 */
export function withValue(text: string, value: Json): string {
  const root = treeOf(text);
  return text.slice(0, root.from) + written(text, root, value, 0) + text.slice(root.to);
}

const INDENT = 2;
const LINE_MAX = 100;

function written(text: string, node: Node, value: Json, depth: number): string {
  if (sameJson(node.value, value)) return text.slice(node.from, node.to);
  const kept = node.entries.length > 0 ? keptOf(node, value) : null;
  if (kept === null || kept.every(({ entry }) => entry === null)) return printed(value, depth);
  return container(text, node, kept, depth);
}

/** What is to stand in a container, in its order, each with the entry whose text it takes over. */
interface Kept {
  key: string | null;
  value: Json;
  entry: Entry | null;
}

function keptOf({ value: before, entries }: Node, value: Json): Kept[] | null {
  if (isRecord(before) && isRecord(value)) {
    const stay = entries.filter(({ key }) => Object.hasOwn(value, key));
    const fresh = Object.keys(value).filter((key) => !Object.hasOwn(before, key));
    return [
      ...stay.map((entry) => ({ key: String(entry.key), value: value[String(entry.key)]!, entry })),
      ...fresh.map((key) => ({ key, value: value[key]!, entry: null })),
    ];
  }
  if (!Array.isArray(before) || !Array.isArray(value)) return null;
  const isNamed = namesOf(before) !== null && namesOf(value) !== null;
  const unused = [...entries];
  return value.map((item, index) => {
    const fits = isNamed
      ? unused.find(({ node }) => nameOfItem(node.value) === nameOfItem(item))
      : (unused.find(({ node }) => sameJson(node.value, item)) ?? unused.find(({ key }) => key === index));
    if (fits !== undefined) unused.splice(unused.indexOf(fits), 1);
    return { key: null, value: item, entry: fits ?? null };
  });
}

/** Comments on the same line as what they stand behind. */
const REST_OF_LINE = /(?:[ \t]*\/\*[^\r\n]*?\*\/)*(?:[ \t]*\/\/[^\r\n]*)?/y;
const LINE_ENDS = /[ \t]*(?:\r|\n|$)/y;

/** What stands around an entry, without its comma. */
interface Around {
  before: string;
  behind: string;
}

function container(text: string, node: Node, kept: readonly Kept[], depth: number): string {
  const { around, end, hasLastComma } = surroundings(text, node);
  const first = text.slice(node.from + 1, node.entries[0]!.at);
  const own = /\n([ \t]*)$/.exec(first)?.[1];
  const inner = own === undefined ? depth + 1 : Math.round(own.length / INDENT);
  const margin = own === undefined ? " " : `\n${own}`;
  let body = text[node.from]!;
  for (const [index, { key, value, entry }] of kept.entries()) {
    const { before, behind } = (entry === null ? undefined : around.get(entry)) ?? {
      before: margin,
      behind: "",
    };
    const name = entry === null ? newName(key) : text.slice(entry.at, entry.node.from);
    const what = entry === null ? printed(value, inner) : written(text, entry.node, value, inner);
    const comma = index < kept.length - 1 || hasLastComma ? "," : "";
    body = `${joined(body, before === "" && index > 0 ? margin : before)}${name}${what}${comma}${behind}`;
  }
  return joined(body, text.slice(end, node.to - 1)) + text[node.to - 1]!;
}

function newName(key: string | null): string {
  return key === null ? "" : `${JSON.stringify(key)}: `;
}

/** A comment to the end of its line must not swallow what follows it. */
function joined(before: string, after: string): string {
  const swallows = /\/\/[^\r\n]*$/.test(before) && !/^[ \t]*[\r\n]/.test(after);
  return swallows ? `${before}\n${after}` : before + after;
}

function surroundings(
  text: string,
  node: Node,
): { around: Map<Entry, Around>; end: number; hasLastComma: boolean } {
  const around = new Map<Entry, Around>();
  let end = node.from + 1;
  let hasLastComma = false;
  for (const entry of node.entries) {
    const before = text.slice(end, entry.at);
    SPACE.lastIndex = entry.node.to;
    const comma = entry.node.to + SPACE.exec(text)![0].length;
    hasLastComma = text[comma] === ",";
    const from = hasLastComma ? comma + 1 : entry.node.to;
    REST_OF_LINE.lastIndex = from;
    const rest = REST_OF_LINE.exec(text)![0];
    LINE_ENDS.lastIndex = from + rest.length;
    const isLast = entry === node.entries.at(-1);
    // A comment in the middle of a line belongs to what follows it.
    const own = isLast || LINE_ENDS.test(text) ? rest : "";
    end = from + own.length;
    const between = hasLastComma ? text.slice(entry.node.to, comma) : "";
    around.set(entry, { before, behind: (between.trim() === "" ? "" : between) + own });
  }
  return { around, end, hasLastComma };
}

/** JSON on one line where that is short, with a line for each entry where it is not. */
export function printed(value: Json, depth = 0): string {
  const flat = onOneLine(value);
  if (typeof value !== "object" || value === null || (depth > 0 && flat.length + depth * INDENT <= LINE_MAX))
    return flat;
  const margin = " ".repeat((depth + 1) * INDENT);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const inner = Array.isArray(value)
    ? value.map((item) => printed(item, depth + 1))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${printed(item, depth + 1)}`);
  if (inner.length === 0) return flat;
  return `${open}\n${inner.map((one) => margin + one).join(",\n")}\n${" ".repeat(depth * INDENT)}${close}`;
}

function onOneLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const inner = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return inner.length === 0 ? "{}" : `{ ${inner.join(", ")} }`;
}
