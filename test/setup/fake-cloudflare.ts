import { readDeskFile } from "../../src/setup/desk-file.ts";
import type { WranglerRun } from "../../src/setup/outside.ts";
import { FakeDesk, type DeskDatabase } from "./fake-desk.ts";

/*
 * A Cloudflare for rehearsals, behind wrangler's commands. It keeps what the real one keeps, and refuses in the words of
 * wrangler 4.155.0.
 */

type Binding = Record<string, string>;
interface Version {
  id: string;
  bindings: Binding[];
}
export interface Worker {
  versions: Version[];
  secrets: Record<string, string>;
  domains: string[];
  /** Requests that are still answered by what was there before. */
  lag: number;
  /** Whether it is of a release before the desk's address. */
  isOld: boolean;
}
export interface Database {
  uuid: string;
  name: string;
  /** Tables of another program. */
  foreign: string[];
  /** What a desk keeps there; null: its tables are not made yet. */
  desk: DeskDatabase | null;
}
export interface CloudflareAccount {
  id: string;
  name: string;
  subdomain: string | null;
  workers: Map<string, Worker>;
  databases: Database[];
}

export class FakeCloudflare {
  accounts: CloudflareAccount[] = [];
  isLoggedIn = true;
  databasesMax = 10;
  /** The operator's answer to wrangler's own questions. */
  answersWrangler = true;
  readonly commands: string[] = [];
  readonly questionsShown: string[] = [];
  #count = 0;

  readonly #telegramRoot: () => string;
  readonly #readFile: (name: string) => string | null;

  constructor(telegramRoot: () => string, readFile: (name: string) => string | null) {
    this.#telegramRoot = telegramRoot;
    this.#readFile = readFile;
  }

  account(name = "Shop Ltd", subdomain: string | null = "shop"): CloudflareAccount {
    const id = String(this.accounts.length + 1).repeat(32);
    const made = { id, name, subdomain, workers: new Map<string, Worker>(), databases: [] };
    this.accounts.push(made);
    return made;
  }

  /** The desk at an address; null: there is none. */
  deskAt(url: string): FakeDesk | null {
    const { host } = new URL(url);
    for (const account of this.accounts) {
      for (const [name, worker] of account.workers) {
        const hosts = [...worker.domains, `${name}.${account.subdomain}.workers.dev`];
        if (!hosts.includes(host) || worker.versions.length === 0) continue;
        if (worker.lag > 0) {
          worker.lag -= 1;
          return null;
        }
        const id = bindingOf(worker, "d1", "DB")?.["id"];
        const database = account.databases.find(({ uuid }) => uuid === id);
        return new FakeDesk({
          secrets: worker.secrets,
          database: database?.desk ?? null,
          isOld: worker.isOld,
          telegramRoot: this.#telegramRoot(),
        });
      }
    }
    return null;
  }

  readonly wrangler = async (args: string[], how: WranglerRun = {}): Promise<string> => {
    const line = args.join(" ");
    this.commands.push(line);
    try {
      return await this.#run(args, how);
    } catch (error) {
      throw new Error(`wrangler ${line} failed:\n✘ [ERROR] ${(error as Error).message}`, { cause: error });
    }
  };

  async #run(args: string[], how: WranglerRun): Promise<string> {
    const [first = "", second = "", third = ""] = args;
    if (first === "login") {
      if (how.shown !== true) throw new Error("nobody sees the address that login prints");
      this.isLoggedIn = true;
      return "";
    }
    if (first === "whoami") {
      if (!this.isLoggedIn) throw new Error('{\n  "loggedIn": false\n}');
      const accounts = this.accounts.map(({ id, name }) => ({ id, name }));
      return JSON.stringify({ loggedIn: true, authType: "OAuth Token", email: "a@shop.example", accounts });
    }
    if (!this.isLoggedIn) {
      throw new Error(
        "In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler to work.",
      );
    }
    const config = this.#configOf(args);
    const account = this.#accountOf(config?.account ?? how.account);
    const name = flag(args, "--name") ?? config?.worker ?? "";
    switch (`${first} ${second}`) {
      case "deployments status":
        return this.#deployments(account, name);
      case "versions view": {
        const worker = existing(account, name, `versions/${third}`);
        const version = worker.versions.find(({ id }) => id === third);
        const secrets = Object.keys(worker.secrets).map((secret) => ({ type: "secret_text", name: secret }));
        return json({ id: third, resources: { bindings: [...version!.bindings, ...secrets] } });
      }
      case "secret list": {
        const worker = account.workers.get(name);
        if (worker === undefined) {
          throw new Error(
            `Worker "${name}" not found.\n\nIf this is a new Worker, run \`wrangler deploy\` first to create it.\nOtherwise, check that the Worker name is correct and you're logged into the right account.`,
          );
        }
        return json(Object.keys(worker.secrets).map((secret) => ({ name: secret, type: "secret_text" })));
      }
      case "secret bulk":
        return this.#setSecrets(account, name, JSON.parse(how.input ?? "") as Record<string, string | null>);
      case "d1 list":
        return json(
          account.databases.map((one) => ({ uuid: one.uuid, name: one.name, version: "production" })),
        );
      case "d1 create":
        return this.#createDatabase(account, third);
      case "d1 execute":
        return this.#execute(account, config?.databaseId ?? "", flag(args, "--command") ?? "");
      case "d1 migrations": {
        const database = this.#database(account, config?.databaseId ?? "");
        database.desk ??= { config: null, address: null, updatesUrl: null, bot: null, keys: [] };
        return "✅";
      }
      default:
        if (first === "deploy") return this.#deploy(account, args, how);
        throw new Error(`Unknown arguments: ${args.join(", ")}`);
    }
  }

  #configOf(args: string[]) {
    const file = flag(args, "-c");
    if (file === undefined) return null;
    const text = this.#readFile(file);
    if (text === null) throw new Error(`Could not read file: ${file}`);
    const account = /^account_id = "(.*)"$/m.exec(text)?.[1];
    return { ...readDeskFile(text), account };
  }

  #accountOf(id: string | undefined): CloudflareAccount {
    if (id === undefined && this.accounts.length > 1) {
      throw new Error(
        `More than one account available but unable to select one in non-interactive mode.\nPlease set the appropriate \`account_id\` in your wrangler.toml file or assign it to the \`CLOUDFLARE_ACCOUNT_ID\` environment variable.\nAvailable accounts are (\`<name>\`: \`<account_id>\`):\n${this.accounts.map((one) => `  \`${one.name}\`: \`${one.id}\``).join("\n")}`,
      );
    }
    const account = id === undefined ? this.accounts[0] : this.accounts.find((one) => one.id === id);
    if (account === undefined) throw new Error("Authentication error [code: 10000]");
    return account;
  }

  #deployments(account: CloudflareAccount, name: string): string {
    const { versions } = existing(account, name, "deployments");
    if (versions.length === 0) throw new Error(`The Worker ${name} has no deployments.`);
    return json({ id: "d", versions: [{ version_id: versions.at(-1)!.id, percentage: 100 }] });
  }

  #setSecrets(account: CloudflareAccount, name: string, secrets: Record<string, string | null>): string {
    const worker = existing(account, name, "secrets-bulk");
    const before = { ...worker.secrets };
    for (const [key, value] of Object.entries(secrets)) {
      if (value === null) delete before[key];
      else before[key] = value;
    }
    worker.secrets = before;
    return "✨ secrets successfully created";
  }

  #createDatabase(account: CloudflareAccount, name: string): string {
    if (account.databases.some((one) => one.name === name))
      throw new Error("A database with that name already exists");
    if (account.databases.length >= this.databasesMax)
      throw new Error("You have reached the maximum number of D1 databases for your account.");
    this.#count += 1;
    const uuid = `0a1b2c3d-0000-4000-8000-${String(this.#count).padStart(12, "0")}`;
    account.databases.push({ uuid, name, foreign: [], desk: null });
    return `✅ Successfully created DB '${name}' in region WEUR\n[[d1_databases]]\ndatabase_id = "${uuid}"`;
  }

  #database(account: CloudflareAccount, id: string): Database {
    const found = account.databases.find(({ uuid }) => uuid === id);
    if (found === undefined) throw new Error(`The database ${id} could not be found [code: 7404]`);
    return found;
  }

  #execute(account: CloudflareAccount, id: string, sql: string): string {
    const { desk, foreign } = this.#database(account, id);
    const own = desk === null ? [] : ["jobs", "ticket_events", "config_versions", "tickets"];
    if (sql.includes("sqlite_master")) {
      const tables = ["_cf_KV", ...(desk === null ? [] : ["d1_migrations"]), ...own, ...foreign];
      return json([{ results: tables.map((name) => ({ name })), success: true }]);
    }
    if (desk === null) throw new Error("no such table: jobs: SQLITE_ERROR [code: 7500]");
    const states: [string, object | null][] = [
      ["address", desk.address === null ? null : { url: desk.address, at: 1 }],
      ["webhook", desk.updatesUrl === null ? null : { url: desk.updatesUrl }],
      ["updates", desk.bot === null ? null : { bot: desk.bot, id: 5, marks: {} }],
    ];
    const results = states.flatMap(([name, state]) =>
      state === null ? [] : [{ name, state: JSON.stringify(state) }],
    );
    return json([{ results, success: true }]);
  }

  async #deploy(account: CloudflareAccount, args: string[], how: WranglerRun): Promise<string> {
    const config = this.#configOf(args);
    const {
      worker: name,
      databaseId,
      bot,
      domain,
    } = config ?? readDeskFile(this.#readFile("wrangler.toml")!);
    this.#database(account, databaseId ?? "");
    if (account.subdomain === null) {
      const question = "Would you like to register a workers.dev subdomain now?";
      if (how.shown === true) this.questionsShown.push(question);
      if (how.shown !== true || !this.answersWrangler) {
        throw new Error(
          `You can either deploy your worker to one or more routes by specifying them in your wrangler.toml file, or register a workers.dev subdomain here:\nhttps://dash.cloudflare.com/${account.id}/workers/onboarding`,
        );
      }
      account.subdomain = "registered";
    }
    this.#count += 1;
    const worker = account.workers.get(name!) ?? {
      versions: [],
      secrets: {},
      domains: [],
      lag: 0,
      isOld: false,
    };
    account.workers.set(name!, worker);
    const label = bot === null ? [] : [{ type: "plain_text", name: "BOT_ID", text: String(bot) }];
    const bindings: Binding[] = [
      { type: "d1", name: "DB", id: databaseId! },
      { type: "durable_object_namespace", name: "TOPIC_GROUP" },
      ...label,
    ];
    worker.versions.push({ id: `version-${this.#count}`, bindings });
    worker.lag = 2;
    worker.isOld = false;
    if (domain !== null && !worker.domains.includes(domain)) worker.domains.push(domain);
    const targets = [
      `https://${name}.${account.subdomain}.workers.dev`,
      ...(domain === null ? [] : [`${domain} (custom domain)`]),
      "schedule: * * * * *",
    ];
    const session = { type: "wrangler-session", version: 1 };
    return [session, { type: "deploy", version: 1, worker_name: name, targets }]
      .map((one) => `${JSON.stringify(one)}\n`)
      .join("");
  }
}

function existing(account: CloudflareAccount, name: string, path: string): Worker {
  const worker = account.workers.get(name);
  if (worker !== undefined) return worker;
  throw new Error(
    `A request to the Cloudflare API (/accounts/${account.id}/workers/scripts/${name}/${path}) failed.\n\n  This Worker does not exist on your account. [code: 10007]`,
  );
}

function bindingOf({ versions }: Worker, type: string, name: string): Binding | undefined {
  return versions.at(-1)?.bindings.find((one) => one["type"] === type && one["name"] === name);
}

function flag(args: string[], name: string): string | undefined {
  const index = args.indexOf(name);
  return index === -1 ? undefined : args[index + 1];
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
