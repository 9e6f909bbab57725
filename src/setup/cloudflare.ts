import { fileOf, type DeskFile } from "./desk-file.ts";
import { messageOf, type Outside } from "./outside.ts";

/** Where what is only read is looked up by; wrangler finds a database by its configuration first. */
const PROBE_FILE = ".wrangler/go-live.toml";

export interface Account {
  id: string;
  name: string;
}

/** What stands in an account under a desk's name. */
export interface Standing {
  /** Null: there is no such Worker. */
  worker: { isTopicdesk: boolean; bot: number | null; databaseId: string | null; secrets: string[] } | null;
  /** Null: there is no such database. */
  database: { id: string; name: string } | null;
}

/** What a desk's database says of it. */
export interface Facts {
  /** False: its tables are those of another program. */
  isTopicdesk: boolean;
  /** Null: not known yet. */
  bot: number | null;
  /** The Worker's own address; null: not set. */
  address: string | null;
  /** Where its updates should come, and did. */
  places: string[];
}

/** Logs in if necessary, says which account it is, and asks if there are several. */
export async function chooseAccount(outside: Outside): Promise<Account> {
  const { say } = outside;
  let accounts = await accountsOf(outside);
  if (accounts === null) {
    say("Cloudflare wants to know who you are: wrangler opens a browser, or names an address to open.");
    await outside.wrangler(["login"], { shown: true });
    accounts = await accountsOf(outside);
  }
  if (accounts === null) throw new Error("Nobody is logged in at Cloudflare.");
  const chosen = outside.accountId;
  if (chosen !== undefined) {
    // A token of one account may not see its name.
    const account = accounts.find(({ id }) => id === chosen) ?? { id: chosen, name: chosen };
    say(`Cloudflare account: ${account.name} (${account.id}), by CLOUDFLARE_ACCOUNT_ID.`);
    return account;
  }
  if (accounts.length === 0)
    throw new Error(
      "This login sees no Cloudflare account. An API token needs Account Settings: Read; or name the account in CLOUDFLARE_ACCOUNT_ID.",
    );
  const account = accounts.length === 1 ? accounts[0]! : await askWhich(outside, accounts);
  say(`Cloudflare account: ${account.name} (${account.id}).`);
  return account;
}

async function askWhich(outside: Outside, accounts: Account[]): Promise<Account> {
  const list = accounts.map(({ id, name }, index) => `  ${index + 1}  ${name} (${id})`).join("\n");
  outside.say(`You have several Cloudflare accounts:\n${list}`);
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await outside.ask(`In which one should the desk live? (1 to ${accounts.length}) `);
    const account = accounts[Number(answer) - 1] ?? accounts.find(({ id }) => id === answer);
    if (account !== undefined) return account;
  }
  throw new Error("No account was chosen. CLOUDFLARE_ACCOUNT_ID names one, too.");
}

/** Null: not logged in. */
async function accountsOf({ wrangler }: Outside): Promise<Account[] | null> {
  try {
    const { accounts } = jsonIn(await wrangler(["whoami", "--json"])) as { accounts: Account[] };
    return accounts;
  } catch (error) {
    if (/"loggedIn":\s*false|not authenticated|CLOUDFLARE_API_TOKEN/i.test(messageOf(error))) return null;
    throw error;
  }
}

/** Looks what an account has under a desk's name. `databaseId`: the database that it should have, where that is known. */
export async function standing(
  outside: Outside,
  account: string,
  worker: string,
  databaseId: string | null,
): Promise<Standing> {
  const found = await workerOf(outside, account, worker);
  const wanted = found?.databaseId ?? databaseId;
  const databases = jsonIn(await outside.wrangler(["d1", "list", "--json"], { account })) as {
    uuid: string;
    name: string;
  }[];
  const database = databases.find(({ uuid, name }) => (wanted === null ? name === worker : uuid === wanted));
  return {
    worker: found,
    database: database === undefined ? null : { id: database.uuid, name: database.name },
  };
}

async function workerOf({ wrangler }: Outside, account: string, worker: string): Promise<Standing["worker"]> {
  let printed: string;
  try {
    printed = await wrangler(["deployments", "status", "--name", worker, "--json"], { account });
  } catch (error) {
    if (/does not exist on your account|\[code: 10007\]|\[code: 10090\]/i.test(messageOf(error))) return null;
    // Its secrets were set before it was deployed.
    if (/has no deployments/i.test(messageOf(error)))
      return { isTopicdesk: true, bot: null, databaseId: null, secrets: [] };
    throw error;
  }
  const { versions } = jsonIn(printed) as { versions: { version_id: string }[] };
  const view = ["versions", "view", versions.at(-1)!.version_id, "--name", worker, "--json"];
  const { resources } = jsonIn(await wrangler(view, { account })) as {
    resources: { bindings: Record<string, string>[] };
  };
  const bound = (type: string, name: string): Record<string, string> | undefined =>
    resources.bindings.find((binding) => binding["type"] === type && binding["name"] === name);
  const d1 = bound("d1", "DB");
  const bot = bound("plain_text", "BOT_ID")?.["text"];
  return {
    isTopicdesk: d1 !== undefined && bound("durable_object_namespace", "TOPIC_GROUP") !== undefined,
    bot: bot === undefined ? null : Number(bot),
    databaseId: d1?.["id"] ?? d1?.["database_id"] ?? null,
    secrets: await secretsOf({ wrangler }, account, worker),
  };
}

async function secretsOf(
  { wrangler }: Pick<Outside, "wrangler">,
  account: string,
  worker: string,
): Promise<string[]> {
  const printed = await wrangler(["secret", "list", "--name", worker, "--format", "json"], { account });
  return (jsonIn(printed) as { name: string }[]).map(({ name }) => name);
}

/** Asks a database whose desk it is. */
export async function factsOf(
  outside: Outside,
  account: string,
  { id, name }: { id: string; name: string },
): Promise<Facts> {
  const probe = `name = "probe"\n[[d1_databases]]\nbinding = "DB"\ndatabase_name = "${name}"\ndatabase_id = "${id}"\n`;
  await outside.writeFile(PROBE_FILE, probe);
  const ask = async (sql: string): Promise<Record<string, string>[]> => {
    const args = ["d1", "execute", name, "--remote", "--json", "--command", sql, "-c", PROBE_FILE];
    const [answer] = jsonIn(await outside.wrangler(args, { account })) as [
      { results: Record<string, string>[] },
    ];
    return answer.results;
  };
  const tables = (await ask("SELECT name FROM sqlite_master WHERE type = 'table'")).map(
    (row) => row["name"]!,
  );
  const own = tables.filter((table) => !/^(_cf_|sqlite_|d1_migrations$)/.test(table));
  const nothing = { bot: null, address: null, places: [] };
  if (own.length === 0) return { isTopicdesk: true, ...nothing };
  const isTopicdesk = ["ticket_events", "config_versions"].every((table) => own.includes(table));
  if (!isTopicdesk || !own.includes("jobs")) return { isTopicdesk, ...nothing };
  const rows = await ask("SELECT name, state FROM jobs WHERE name IN ('address', 'webhook', 'updates')");
  const states = new Map(
    rows.map((row) => [row["name"], JSON.parse(row["state"]!) as { url?: string; bot?: number }]),
  );
  return {
    isTopicdesk,
    bot: states.get("updates")?.bot ?? null,
    address: states.get("address")?.url ?? null,
    places: [...states.values()].flatMap(({ url }) => url ?? []),
  };
}

/** Creates a database. Answers its id, also where a run that stopped has created it. */
export async function createDatabase(outside: Outside, account: string, name: string): Promise<string> {
  outside.say(`\nCreating the database ${name} …`);
  try {
    await outside.wrangler(["d1", "create", name], { account });
  } catch (error) {
    if (!/already exists/i.test(messageOf(error))) throw error;
  }
  const all = jsonIn(await outside.wrangler(["d1", "list", "--json"], { account })) as {
    uuid: string;
    name: string;
  }[];
  const id = all.find((one) => one.name === name)?.uuid;
  if (id === undefined)
    throw new Error(`Cloudflare does not list the database ${name} that was just created.`);
  return id;
}

/** Brings the tables up to date and deploys the Worker. Answers the address at workers.dev, if it has one. */
export async function deploy(outside: Outside, desk: DeskFile): Promise<string | null> {
  const { account, worker, database } = desk;
  const file = fileOf(worker);
  outside.say("\nBringing the database's tables up to date …");
  const migrate = ["d1", "migrations", "apply", database.name, "--remote", "-c", file];
  await outside.wrangler(migrate, { account });
  outside.say(`\nDeploying the Worker ${worker} …`);
  const written = await outside.wrangler(["deploy", "-c", file], { account, shown: true });
  const targets = written
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { type: string; targets?: string[] })
    .flatMap(({ type, targets = [] }) => (type === "deploy" ? targets : []));
  return targets.find((target) => /^https:\/\/[\w.-]+\.workers\.dev$/.test(target)) ?? null;
}

/** Sets secrets, all at once; null takes one away. */
export async function setSecrets(
  outside: Outside,
  { account, worker }: DeskFile,
  secrets: Record<string, string | null>,
): Promise<void> {
  const args = ["secret", "bulk", "-c", fileOf(worker)];
  await outside.wrangler(args, { account, input: JSON.stringify(secrets) });
}

/** The JSON in what wrangler printed, which may have a warning before it. */
function jsonIn(printed: string): unknown {
  const begin = printed.search(/^[[{]/m);
  if (begin === -1) throw new Error(`wrangler did not answer in JSON:\n${printed}`);
  return JSON.parse(printed.slice(begin));
}
