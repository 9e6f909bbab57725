import { randomBytes } from "node:crypto";
import { chooseDesk, mayServe, type ChosenDesk } from "./choose-desk.ts";
import { chooseAccount, createDatabase, deploy, setSecrets } from "./cloudflare.ts";
import { openDoor, until, type DeskDoor } from "./desk-door.ts";
import { COMMON_FILE, deskFile, fileOf, type DeskFile } from "./desk-file.ts";
import { firstConfig } from "./first-config.ts";
import { agreed, type Outside } from "./outside.ts";
import { askForBot, staffGroup, type Bot } from "./telegram.ts";

/**
 * Takes a desk live with a real bot, or an existing one to the present release, step by step: account, database,
 * Worker, secrets, staff group, configuration, address. Every step first looks whether it is done already, and whose it
 * is, so the guide can be run again after any failure, and changes nothing unannounced.
 */
export async function goLive(outside: Outside): Promise<{ url: string; adminToken: string | null }> {
  const { say } = outside;
  say(
    "This takes a desk live with a real bot, or updates it. You need a Cloudflare account, a bot from @BotFather, and a group with topics switched on.\n",
  );
  const account = await chooseAccount(outside);
  const bot = await askForBot(outside);
  const chosen = await chooseDesk(outside, account, bot);
  await mayServe(outside, bot, chosen);
  const { domain, address } = await askForAddress(outside, chosen);
  const { token, secrets } = await plannedSecrets(outside, chosen, bot);

  const { worker } = chosen;
  const database = chosen.database ?? {
    name: worker,
    id: await createDatabase(outside, account.id, worker),
  };
  const desk: DeskFile = { account: account.id, worker, database, bot: bot.id, domain };
  await outside.writeFile(fileOf(worker), deskFile((await outside.readFile(COMMON_FILE)) ?? "", desk));
  const workersDev = await deploy(outside, desk);
  const url = address ?? workersDev ?? (await askForUrl(outside));
  say("\nSetting the secrets …");
  await setSecrets(outside, desk, secrets);
  // Shown at once: if the guide stops now, the token is not lost.
  if (secrets["ADMIN_TOKEN"] !== undefined) say(tokenInWords(secrets["ADMIN_TOKEN"], url));

  const isNew = secrets["ADMIN_TOKEN"] !== undefined;
  // A domain takes its time to be there, and the Worker answers at workers.dev before that.
  const door = await openDoor(outside, workersDev ?? url, { token, isNew });
  let title: string;
  try {
    title = await configured(outside, door, bot);
    await led(outside, door, url);
    if (outside.rotates === true) await rotate(outside, door, desk);
  } finally {
    await door.leave();
  }
  say(lastWords({ bot, title, url, worker }));
  return { url, adminToken: isNew ? token : null };
}

/** `address` null: workers.dev, which only the deployment names. */
async function askForAddress(
  outside: Outside,
  { facts, domain }: ChosenDesk,
): Promise<{ domain: string | null; address: string | null }> {
  const kept = facts.address === null ? null : new URL(facts.address).host;
  const isOwnDomain = kept !== null && !kept.endsWith(".workers.dev");
  const now = domain ?? (isOwnDomain ? kept : "workers.dev");
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await outside.ask(
      "The desk's own domain, such as desk.example.com, or workers.dev: ",
      now,
    );
    const host = answer
      .toLowerCase()
      .replace(/^https:\/\//, "")
      .replace(/\/+$/, "");
    if (host.endsWith("workers.dev")) return { domain: null, address: null };
    // The operator leads that address to the Worker by other means, and keeps doing so.
    if (isOwnDomain && host === kept && domain === null) return { domain: null, address: facts.address };
    if (/^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*$/.test(host)) return { domain: host, address: `https://${host}` };
    outside.say("That is no domain.");
  }
  throw new Error("Without an address Telegram cannot reach the desk.");
}

async function askForUrl({ ask }: Outside): Promise<string> {
  return (await ask("The address under which the Worker answers (https://…): ")).replace(/\/+$/, "");
}

/**
 * What is set: the bot's token, which was just given, and what the desk does not have yet. What it has cannot be read
 * back and stays as it is: receivers would refuse what another root signs.
 */
async function plannedSecrets(
  outside: Outside,
  { secrets: existing, worker }: ChosenDesk,
  bot: Bot,
): Promise<{ token: string | null; secrets: Record<string, string> }> {
  const has = new Set(existing);
  const isOfBefore = has.has("WEBHOOK_SECRET");
  const secrets: Record<string, string> = { BOT_TOKEN: bot.token };
  for (const name of ["TELEGRAM_SECRET", "SIGNING_ROOT"]) {
    if (!has.has(name) && !isOfBefore) secrets[name] = randomSecret();
  }
  if (!has.has("ADMIN_TOKEN")) {
    secrets["ADMIN_TOKEN"] = randomSecret();
    return { token: secrets["ADMIN_TOKEN"], secrets };
  }
  outside.say(`\nThe desk ${worker} is there already. Its secrets stay as they are.`);
  const given = await outside.ask(
    'Its admin token, or a key of it with the scope admin ("new" makes a new admin token): ',
  );
  if (given !== "new") return { token: given === "" ? null : given, secrets };
  if (!(await agreed(outside, "The admin token of before ends then. Make a new one?")))
    return { token: null, secrets };
  secrets["ADMIN_TOKEN"] = randomSecret();
  return { token: secrets["ADMIN_TOKEN"], secrets };
}

function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Puts a first configuration, unless the desk has one already. Answers what the desk is called. */
async function configured(outside: Outside, door: DeskDoor, bot: Bot): Promise<string> {
  const current = await door.ask("GET", "/config");
  if (current.status === 200) {
    // A live desk's updates are its customers' messages: looking for a group among them would swallow them.
    outside.say("The desk has a configuration already; it stays as it is.");
    return (current.body as { desk: { name: string } }).desk.name;
  }
  if (current.body["code"] !== "config.not_found")
    throw new Error(`The desk does not show its configuration: ${JSON.stringify(current.body)}`);
  const group = await staffGroup(outside, bot);
  const config = await firstConfig(outside, group, Intl.DateTimeFormat().resolvedOptions().timeZone);
  const put = await door.ask("PUT", "/config", config);
  if (put.status !== 200)
    throw new Error(`The desk refused its first configuration: ${JSON.stringify(put.body)}`);
  return config.desk.name;
}

/** Tells the desk its address, upon which it leads Telegram there, with the secret that only it knows. */
async function led(outside: Outside, door: DeskDoor, url: string): Promise<void> {
  await until(outside, "That Telegram takes the desk's address", async () => {
    const { status, body } = await door.ask("PUT", "/desk/address", { url });
    // A new domain's name takes a while until Telegram finds it.
    if (body["code"] === "address.refused" && /resolve|host/i.test(String(body["detail"]))) return false;
    if (status !== 200) throw new Error(`The desk did not take its address: ${JSON.stringify(body)}`);
    return (body["webhook"] as { set: boolean }).set;
  });
}

/**
 * Gives Telegram a new secret. For a while the desk knows both, so that what is on its way is taken; nothing else is
 * derived from it.
 */
async function rotate(outside: Outside, door: DeskDoor, desk: DeskFile): Promise<void> {
  if (!(await agreed(outside, "Shall Telegram get a new secret? Receivers of webhooks do not notice.")))
    return;
  const secret = randomSecret();
  const told = (name: string): Promise<void> =>
    until(outside, `That the desk presents ${name}`, async () => {
      const { body } = await door.ask("POST", "/reconciliation/webhook");
      return body["set"] === true && body["secret"] === name;
    });
  await setSecrets(outside, desk, { TELEGRAM_SECRET_NEXT: secret });
  await told("TELEGRAM_SECRET_NEXT");
  await setSecrets(outside, desk, { TELEGRAM_SECRET: secret, TELEGRAM_SECRET_NEXT: null });
  await told("TELEGRAM_SECRET");
  outside.say("Telegram has a new secret.");
}

function tokenInWords(adminToken: string, url: string): string {
  return `
  admin token     ${adminToken}
                  Shown this once: put it into your password manager. It makes keys (POST ${url}/api/v1/keys);
                  make one for each program. Once a key has the scope admin, the token only looks after keys.`;
}

function lastWords({
  bot,
  title,
  url,
  worker,
}: {
  bot: Bot;
  title: string;
  url: string;
  worker: string;
}): string {
  return `\nThe desk is live: write to https://t.me/${bot.username} and watch “${title}”.

  its address     ${url}
  its contract    ${url}/api/v1/openapi.json
  its settings    ${fileOf(worker)} (not committed; wrangler takes it with -c)

Next:
  - Every agent opens https://t.me/${bot.username} and presses Start: only then can the bot tell them anything in private.
  - Agents, queues, intake questions, opening hours (calendars) and promises (slaPolicies) stand in the configuration:
    DESK=${url} npm run config pull writes it into desk.jsonc; check and push take it back. ADMIN_TOKEN must be set, to the
    token or to a key. By the API: GET and PUT ${url}/api/v1/config.
  - To update, or to move to another domain: git pull, then npm run go-live again. It keeps secrets and configuration.`;
}
