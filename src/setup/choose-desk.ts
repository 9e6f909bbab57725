import { factsOf, standing, type Account, type Facts, type Standing } from "./cloudflare.ts";
import { COMMON_FILE, fileOf, readDeskFile } from "./desk-file.ts";
import { agreed, type Outside } from "./outside.ts";
import { webhookOfBot, type Bot } from "./telegram.ts";

const TRIES = 5;
/** With a D1 database of the same name [Cloudflare: Workers names, 63 characters]. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$/;

/** The desk that is set up: the Worker and database of its name in the account, this bot's or new. */
export interface ChosenDesk {
  worker: string;
  /** Null: it is not there yet. */
  database: Standing["database"];
  /** Null: it is not there yet. */
  secrets: string[] | null;
  facts: Facts;
  /** Its own domain, as the last run wrote it down. */
  domain: string | null;
}

/** Asks for the desk's name until it belongs to this bot or is free. */
export async function chooseDesk(outside: Outside, account: Account, bot: Bot): Promise<ChosenDesk> {
  const common = readDeskFile((await outside.readFile(COMMON_FILE)) ?? "");
  const base = common.worker ?? "topicdesk";
  let refusal = "";
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await outside.ask(
      "The desk's name in this account (a second desk needs one of its own, such as shop): ",
      base,
    );
    const name = answer.toLowerCase();
    const worker = name === base || name.startsWith(`${base}-`) ? name : `${base}-${name}`;
    const chosen = NAME.test(worker)
      ? await examine(outside, account, bot, worker, common.worker === worker ? common.databaseId : null)
      : "A name has letters, digits and hyphens.";
    if (typeof chosen !== "string") return chosen;
    refusal = chosen;
    outside.say(refusal);
  }
  throw new Error(refusal);
}

/** Answers why it is refused, in words, where it is. */
async function examine(
  outside: Outside,
  account: Account,
  bot: Bot,
  worker: string,
  databaseId: string | null,
): Promise<ChosenDesk | string> {
  const { worker: found, database } = await standing(outside, account.id, worker, databaseId);
  if (found !== null && !found.isTopicdesk)
    return `There is a Worker ${worker} in this account that is no Topicdesk. It is left alone: choose another name.`;
  if (database === null && (found?.databaseId ?? databaseId) !== null)
    throw new Error(
      `The desk ${worker} has the database ${found?.databaseId ?? databaseId}, which is not in the account ${account.name}. Is it another account?`,
    );
  const none: Facts = { isTopicdesk: true, bot: null, address: null, places: [] };
  const facts = database === null ? none : await factsOf(outside, account.id, database);
  if (!facts.isTopicdesk)
    return `The database ${database!.name} in this account belongs to another program. It is left alone: choose another name.`;
  const whose = found?.bot ?? facts.bot;
  if (whose !== null && whose !== bot.id)
    return `The desk ${worker} serves another bot (its id is ${whose}, that of @${bot.username} is ${bot.id}). It is left alone: a second desk needs a name of its own.`;
  const isUnsure = whose === null && found !== null && found.secrets.includes("BOT_TOKEN");
  if (
    isUnsure &&
    !(await agreed(outside, `The desk ${worker} does not say whose it is. Does it serve @${bot.username}?`))
  )
    return `The desk ${worker} is left alone: choose another name.`;
  const own = readDeskFile((await outside.readFile(fileOf(worker))) ?? "");
  return { worker, database, secrets: found?.secrets ?? null, facts, domain: own.domain };
}

/** A bot serves one address: if it serves another, the operator has to agree that this ends. */
export async function mayServe(outside: Outside, bot: Bot, { worker, facts }: ChosenDesk): Promise<void> {
  const url = await webhookOfBot(outside, bot);
  if (url === "" || isOwn(url, worker, facts)) return;
  outside.say(
    `@${bot.username} already delivers its updates to ${url}. If this desk takes it over, nothing comes there any more.`,
  );
  if (await agreed(outside, "Take it over?")) return;
  throw new Error(`@${bot.username} was left as it is. A desk needs a bot of its own: @BotFather makes one.`);
}

function isOwn(url: string, worker: string, { places }: Facts): boolean {
  const host = hostOf(url);
  if (host === null) return false;
  return (
    places.some((place) => hostOf(place) === host) ||
    (host.startsWith(`${worker}.`) && host.endsWith(".workers.dev"))
  );
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}
