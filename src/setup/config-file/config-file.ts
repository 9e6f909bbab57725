import { sameJson } from "../../domain/config/diff.ts";
import { faultIn } from "../../domain/config/json-text.ts";
import { DeskConfig, refusal, Refused, type Found, type InForce, type InHand } from "./desk.ts";
import { isRecord, type JsonRecord } from "./json.ts";
import { placeAt, printed, treeOf, withValue } from "./jsonc.ts";
import { merged } from "./merge.ts";
import { differencesInWords } from "./words.ts";

/** What the commands need of the world; `cli.ts` supplies the real one. */
export interface Outside {
  say: (text: string) => void;
  /** Null without a terminal. */
  ask: ((question: string) => Promise<string>) | null;
  /** Null: there is no such file. */
  readFile: (name: string) => Promise<string | null>;
  writeFile: (name: string, text: string) => Promise<void>;
  fetch: typeof fetch;
}

export interface Order {
  command: "pull" | "check" | "push";
  file: string;
  desk: { url: string; token: string };
  /** Why; kept with the version. */
  note?: string | undefined;
  /** Where what is in hand goes: `group:vip=main`. */
  reassign?: string | undefined;
  /** Whether a push goes ahead without asking. */
  yes?: boolean;
  /** Whether a pull throws away what was changed in the file. */
  overwrite?: boolean;
}

/** Does what is ordered. Answers the exit code: 0, or 1 where something is to be mended first. */
export async function configFile(outside: Outside, order: Order): Promise<0 | 1> {
  const desk = new DeskConfig(outside.fetch, order.desk);
  try {
    if (order.command === "pull") return await pull(outside, order, desk);
    const read = await readFile(outside, order);
    if (read === null) return 1;
    return order.command === "check"
      ? await check(outside, order, desk, read)
      : await push(outside, order, desk, read);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    outside.say(error.message);
    return 1;
  }
}

interface Read {
  text: string;
  document: JsonRecord;
  /** Of which desk, and which version, the file says that it is. */
  of: { url: string; version: number } | null;
}

/** Null: it cannot be read, which has been said. */
async function readFile({ readFile: read, say }: Outside, { file }: Order): Promise<Read | null> {
  const text = await read(file);
  if (text === null) throw new Refused(`There is no ${file}. "npm run config pull" writes it.`);
  const fault = faultIn(text, { comments: true });
  if (fault !== null) {
    say(`${file}:${fault.line}:${fault.column}  ${fault.message}`);
    return null;
  }
  const { value } = treeOf(text);
  if (!isRecord(value)) throw new Refused(`${file} holds no configuration: it must be an object.`);
  const [, url, version] = HEADER.exec(text) ?? [];
  return { text, document: value, of: url === undefined ? null : { url, version: Number(version) } };
}

const HEADER = /^\/\/ The configuration of (\S+), version (\d+)\./m;

function withHeader(text: string, url: string, version: number): string {
  const line = `// The configuration of ${url}, version ${version}.`;
  if (HEADER.test(text)) return text.replace(HEADER, () => line);
  return `${line} Keep this line: by it a push notices what others have changed since.
// npm run config check: what is wrong, and what would change; push: puts it in force; pull: brings what others changed.
${text}`;
}

/** The link by which editors complete and check the file; it is no part of the configuration unless it is stored there. */
function forFile(document: JsonRecord, url: string, mine?: JsonRecord): JsonRecord {
  if (document["$schema"] !== undefined) return document;
  return { $schema: mine?.["$schema"] ?? `${url}/api/v1/config/schema.json`, ...document };
}

function forDesk(document: JsonRecord, current: InForce | null): JsonRecord {
  const { $schema, ...rest } = document;
  const isLink = typeof $schema === "string" && $schema.endsWith("/api/v1/config/schema.json");
  return isLink && current?.document["$schema"] === undefined ? rest : document;
}

async function pull(outside: Outside, order: Order, desk: DeskConfig): Promise<0 | 1> {
  const { say, writeFile } = outside;
  const { file, overwrite = false } = order;
  const current = await desk.inForce();
  if (current === null) {
    say(`${desk.url} has no configuration yet: write one into ${file} and push it.`);
    return 1;
  }
  const { version } = current;
  const there = (await outside.readFile(file)) === null ? null : await readFile(outside, order);
  if (there === null || overwrite) {
    if (there === null && !overwrite && (await outside.readFile(file)) !== null) {
      say("It is left as it is; --overwrite replaces it.");
      return 1;
    }
    const document = forFile(current.document, desk.url);
    const text = there === null ? `${printed(document)}\n` : withValue(there.text, document);
    await writeFile(file, withHeader(text, desk.url, version));
    say(`${file} is version ${version} of ${desk.url}.`);
    return 0;
  }
  const theirs = forFile(current.document, desk.url, there.document);
  const mine = forFile(there.document, desk.url);
  const base = await baseOf(desk, there);
  if (base === null && !sameJson(mine, theirs)) {
    const why =
      there.of === null || there.of.url === desk.url
        ? "does not say from which version it was made"
        : `is of ${there.of.url}`;
    say(`${file} ${why}, and differs from ${desk.url}: pull into another file, or --overwrite it.`);
    return 1;
  }
  const { value, conflicts } =
    base === null
      ? { value: theirs, conflicts: [] }
      : merged(forFile(base, desk.url, there.document), mine, theirs);
  if (conflicts.length > 0) {
    say(`${file} is left as it is: it and the desk have both changed, in different ways,`);
    for (const place of conflicts) say(`  ${place}`);
    say("Take over there what the desk has, or pull with --overwrite. The desk has changed:");
    for (const line of differencesInWords(base, current.document)) say(line);
    return 1;
  }
  const came = differencesInWords(mine, value);
  await writeFile(file, withHeader(withValue(there.text, value), desk.url, version));
  say(
    `${file} is version ${version} of ${desk.url}${came.length === 0 ? "; nothing new came" : ", with what came:"}`,
  );
  for (const line of came) say(line);
  const own = differencesInWords(theirs, value);
  if (own.length > 0) say("Changed in the file only:");
  for (const line of own) say(line);
  return 0;
}

/** The version that a file was made from; null where that is not known. */
async function baseOf(desk: DeskConfig, { of }: Read): Promise<JsonRecord | null> {
  return of === null || of.url !== desk.url ? null : desk.version(of.version);
}

async function check(outside: Outside, order: Order, desk: DeskConfig, read: Read): Promise<0 | 1> {
  const { say } = outside;
  const current = await desk.inForce();
  const document = forDesk(read.document, current);
  const { problems, warnings, inHand } = await desk.rehearse(document, order.reassign);
  tellFound(outside, order, read, problems, warnings);
  const changes = differencesInWords(current?.document ?? {}, document);
  if (changes.length > 0) say(`A push to ${desk.url} would change:`);
  for (const line of changes) say(line);
  tellInHand(outside, inHand);
  if (current !== null && read.of?.version !== current.version) {
    say(
      `The desk has version ${current.version} by now, the file was made from another: pull before you push.`,
    );
  }
  if (problems.length > 0) return 1;
  say(changes.length === 0 ? "Nothing differs from the desk." : "It can be pushed.");
  return 0;
}

async function push(outside: Outside, order: Order, desk: DeskConfig, read: Read): Promise<0 | 1> {
  const { say, ask, writeFile } = outside;
  const { file, note, reassign, yes = false } = order;
  const current = await desk.inForce();
  const document = forDesk(read.document, current);
  if (current !== null && sameJson(document, current.document)) {
    await writeFile(file, withHeader(read.text, desk.url, current.version));
    say(`Nothing differs from version ${current.version} of ${desk.url}.`);
    return 0;
  }
  if (current !== null && (read.of?.url !== desk.url || read.of.version !== current.version)) {
    return changedSince(outside, order, desk, read, current);
  }
  const { problems, warnings, inHand } = await desk.rehearse(document, reassign);
  tellFound(outside, order, read, problems, warnings);
  tellInHand(outside, inHand);
  if (problems.length > 0) return 1;
  say(current === null ? `${desk.url} gets its first configuration.` : `This changes at ${desk.url}:`);
  for (const line of current === null ? [] : differencesInWords(current.document, document)) say(line);
  if (!yes) {
    if (ask === null) {
      say("Nothing was pushed: there is no terminal to ask at. Say --yes if that is meant.");
      return 1;
    }
    if (!/^y(es)?$/i.test((await ask("Push it? (yes/no) ")).trim())) {
      say("Nothing was pushed.");
      return 1;
    }
  }
  const { status, body } = await desk.put(document, { onto: current?.version ?? null, note, reassign });
  if (status === 412 || body["code"] === "config.conflict") {
    const now = await desk.inForce();
    if (now !== null) return changedSince(outside, order, desk, read, now);
  }
  if (status === 409 || status === 422) {
    tellFound(outside, order, read, (body["problems"] ?? []) as unknown as Found[], []);
    if (body["problems"] !== undefined) return 1;
  }
  if (status !== 200) throw refusal(body, status);
  const version = Number(body["version"]);
  await writeFile(file, withHeader(read.text, desk.url, version));
  say(`Version ${version} is in force at ${desk.url}.`);
  const unreached = body["unreachableGroups"] as string[];
  if (unreached.length > 0) say(`These groups learn it with their next update: ${unreached.join(", ")}.`);
  return 0;
}

async function changedSince(
  { say }: Outside,
  { file }: Order,
  desk: DeskConfig,
  read: Read,
  current: InForce,
): Promise<1> {
  const base = await baseOf(desk, read);
  if (base === null || read.of === null) {
    say(`Nothing was pushed: ${file} does not say which version of ${desk.url} it was made from.`);
    say(`Version ${current.version} is there. Pull into another file, and make the changes in that.`);
    return 1;
  }
  say(
    `Nothing was pushed: ${file} was made from version ${read.of.version}, and ${desk.url} has changed since.`,
  );
  for (const { version, createdAt, createdBy, note } of (
    await desk.versionsSince(read.of.version)
  ).toReversed()) {
    say(`Version ${version}, ${createdAt}, by ${createdBy}${note === null ? "" : `: ${note}`}`);
  }
  for (const line of differencesInWords(base, current.document)) say(line);
  say(
    `"npm run config pull" brings that into ${file} and keeps what you have changed there. Then push again.`,
  );
  return 1;
}

/** Problems and warnings, each with its line and column in the file. */
function tellFound(
  { say }: Outside,
  { file }: Order,
  { text }: Read,
  problems: readonly Found[],
  warnings: readonly Found[],
): void {
  for (const [found, kind] of [
    [problems, ""],
    [warnings, "warning: "],
  ] as const) {
    for (const { pointer, at, message } of found) {
      if (pointer.startsWith("/query/")) {
        say(`--${pointer.slice("/query/".length)}  ${kind}${message}`);
        continue;
      }
      const { line, column } = placeAt(text, pointer);
      say(`${file}:${line}:${column}  ${kind}${at === "" ? "" : `${at} `}${message}`);
    }
  }
}

function tellInHand({ say }: Outside, inHand: readonly InHand[]): void {
  if (inHand.length > 0) say("In hand of what is taken out:");
  for (const { what, id, tickets, waiting, goesTo } of inHand) {
    const has = [
      ...(tickets > 0 ? [`${tickets} open ${tickets === 1 ? "ticket" : "tickets"}`] : []),
      ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? "message" : "messages"} to deliver`] : []),
    ].join(", ");
    const to =
      goesTo === null
        ? `nobody has said where that goes: --reassign ${what}:${id}=…`
        : `goes to ${goesTo === "queue" ? "their queues" : goesTo}`;
    say(`  ${what} ${id}: ${has}, ${to}`);
  }
}
