/** What is wrong with a JSON text, and where: line and column count from 1. */
export interface JsonFault {
  line: number;
  column: number;
  message: string;
}

export interface JsonForm {
  /** Whether comments and a comma behind the last item may stand there, as in the files that editors call JSONC. */
  comments?: boolean;
}

/** The value of a JSON text, or what is wrong with it. */
export function readJsonText(
  text: string,
  { comments = false }: JsonForm = {},
): { value: unknown } | { fault: JsonFault } {
  try {
    return { value: JSON.parse(comments ? withoutComments(text) : text) as unknown };
  } catch {
    const fault = faultIn(text, { comments });
    return { fault: fault ?? { line: 1, column: 1, message: "this is not JSON" } };
  }
}

/** The same text as plain JSON: spaces stand for comments and commas too many, so every place stays where it is. */
export function withoutComments(text: string): string {
  const blanks: [from: number, to: number][] = [];
  look(text, true, (from, to) => blanks.push([from, to]));
  let plain = "";
  let end = 0;
  for (const [from, to] of blanks.toSorted(([a], [b]) => a - b)) {
    plain += text.slice(end, from) + text.slice(from, to).replaceAll(/[^\r\n]/g, " ");
    end = to;
  }
  return plain + text.slice(end);
}

/** The first fault of a JSON text, null if it is valid. A key that stands twice in one object is a fault. */
export function faultIn(text: string, { comments = false }: JsonForm = {}): JsonFault | null {
  const found = look(text, comments, () => undefined);
  return found === null ? null : { ...placeOf(text, found.at), message: found.message(text) };
}

/** Line and column of an offset, from 1. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

interface Fault {
  at: number;
  message: (text: string) => string;
}
interface Open {
  at: number;
  closes: "}" | "]";
  keys: Set<string>;
}
type State = "value" | "first value" | "key" | "first key" | "colon" | "comma" | "end";

const SPACE = /[ \t\r\n]+/y;
const LINE_COMMENT = /\/\/[^\r\n]*/y;
const BLOCK_COMMENT = /\/\*[^]*?\*\//y;
// oxlint-disable-next-line no-control-regex -- JSON forbids them in texts
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const WORD = /[\p{L}\p{N}_$+.-]+/uy;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const QUOTES = /['`‘’“”«»„]/;
const WORD_CHARS_SHOWN_MAX = 24;

/** Walks through a text; without recursion, because it may nest as deep as it is long. */
function look(text: string, comments: boolean, blank: (from: number, to: number) => void): Fault | null {
  const open: Open[] = [];
  let state: State = "value";
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let comma = 0;
  let valueEnd = 0;
  const behindValue = (end: number): State => {
    at = end;
    valueEnd = end;
    return open.length === 0 ? "end" : "comma";
  };
  for (;;) {
    at += matched(SPACE, text, at).length;
    const comment = matched(LINE_COMMENT, text, at) || matched(BLOCK_COMMENT, text, at);
    if (comment !== "") {
      if (!comments) return say(at, "a comment: JSON has none");
      blank(at, at + comment.length);
      at += comment.length;
      continue;
    }
    if (text.startsWith("/*", at)) return say(at, "this comment has no end: */ is missing");
    const c = text[at];
    const here = open.at(-1);
    if (c === undefined) {
      if (state === "end") return null;
      if (here === undefined) return say(at, "there is nothing here: JSON is missing");
      return {
        at,
        message: () =>
          `the text ends here, but the "${here.closes === "}" ? "{" : "["}" of line ${placeOf(text, here.at).line} is still open`,
      };
    }
    if (state === "end") return say(at, "there is more behind the end of the JSON");
    if (c === "}" || c === "]") {
      if (here === undefined) return say(at, `nothing is open that "${c}" could close`);
      if (here.closes !== c)
        return {
          at,
          message: () =>
            `"${here.closes}" must close what line ${placeOf(text, here.at).line} opens, not "${c}"`,
        };
      if (state === "colon") return say(at, 'a ":" and a value are missing behind the key');
      if (state === "value" && c === "}") return say(at, 'a value is missing behind the ":"');
      if (state === "value" || state === "key") {
        if (!comments) return say(comma, `a comma behind the last item: JSON has none before "${c}"`);
        blank(comma, comma + 1);
      }
      open.pop();
      state = behindValue(at + 1);
      continue;
    }
    if (state === "comma") {
      if (c !== ",") return say(valueEnd, "a comma is missing behind this");
      comma = at;
      at += 1;
      state = here!.closes === "}" ? "key" : "value";
      continue;
    }
    if (state === "colon") {
      if (c !== ":")
        return say(at, c === "=" ? 'a ":" stands behind a key, not "="' : 'a ":" is missing behind the key');
      at += 1;
      state = "value";
      continue;
    }
    const isKey = state === "key" || state === "first key";
    if (c === ",")
      return say(at, state.startsWith("first") ? "a comma before the first item" : "a comma too many");
    if (QUOTES.test(c))
      return say(at, `${isKey ? "keys" : "texts"} stand in straight double quotes, not ${c}`);
    if (c === '"') {
      const string = matched(STRING, text, at);
      if (string === "") return wrongString(text, at);
      if (!isKey) {
        state = behindValue(at + string.length);
        continue;
      }
      const key = JSON.parse(string) as string;
      if (here!.keys.has(key))
        return say(at, `the key ${shown(key)} stands twice in the same object: only one of them could hold`);
      here!.keys.add(key);
      at += string.length;
      state = "colon";
      continue;
    }
    const word = matched(WORD, text, at);
    if (isKey)
      return say(
        at,
        word === "" ? "a key in double quotes is missing" : `keys stand in double quotes: ${shown(word)}`,
      );
    if (c === "{" || c === "[") {
      open.push({ at, closes: c === "{" ? "}" : "]", keys: new Set() });
      state = c === "{" ? "first key" : "first value";
      at += 1;
      continue;
    }
    if (/^(?:true|false|null)$/.test(word) || NUMBER.test(word)) {
      state = behindValue(at + word.length);
      continue;
    }
    if (here === undefined) return say(at, notEvenJson(text.slice(at, at + 200)));
    return say(at, wrongWord(word));
  }
}

function say(at: number, message: string): Fault {
  return { at, message: () => message };
}

function matched(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

function shown(word: string): string {
  return JSON.stringify(
    word.length > WORD_CHARS_SHOWN_MAX ? `${word.slice(0, WORD_CHARS_SHOWN_MAX)}…` : word,
  );
}

function wrongWord(word: string): string {
  if (word === "") return "this cannot stand here: a value is missing";
  if (/^(?:true|false|null|none|undefined|nan|infinity|yes|no)$/i.test(word))
    return `${word} is no JSON value: there are true, false and null, and texts in double quotes`;
  return /^[-+.]?\d/.test(word)
    ? `${shown(word)} is no JSON number; a text stands in double quotes`
    : `a text stands in double quotes: ${shown(word)}`;
}

/** A text that does not even begin as JSON does is most likely another format. */
function notEvenJson(beginning: string): string {
  const looks = /^<[!?a-z]/i.test(beginning)
    ? ": it looks like HTML or XML"
    : /^(?:---|[\w"-]+:(?:\s|$)|- |#)/.test(beginning)
      ? ": it looks like YAML"
      : /^\w+=/.test(beginning)
        ? ": it looks like a form"
        : "";
  return `this is not JSON${looks}`;
}

function wrongString(text: string, from: number): Fault {
  for (let at = from + 1; at < text.length; at += 1) {
    const c = text[at]!;
    if (c === "\\") {
      if (!/^\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/.test(text.slice(at, at + 6)))
        return { at, message: () => 'a backslash that means nothing: write "\\\\" for one' };
      at += 1;
    } else if (c === "\n" || c === "\r") {
      return {
        at: from,
        message: () =>
          'this text does not end on its line: a closing double quote is missing, or write "\\n"',
      };
    } else if (c < " ") {
      const code = c.charCodeAt(0).toString(16).padStart(4, "0");
      return { at, message: () => `a control character stands here: write "\\u${code}"` };
    }
  }
  return { at: from, message: () => "this text does not end: a closing double quote is missing" };
}
