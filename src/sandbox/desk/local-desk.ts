import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { makeAssets } from "../../setup/api-docs/files.ts";
import { fingerprint, madeOf } from "../../setup/made-of.ts";
import { builtModule, buildWorker } from "../../setup/worker/build.ts";
import { ownRuntimes } from "./workerd.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");
/** The desk with a clock that can be turned; see `worker.ts`. */
export const LOCAL_ENTRY = "src/sandbox/desk/worker.ts";

export interface LocalDeskOptions {
  /** Where its state is kept: `<path>/v3`, as wrangler does. */
  statePath: string;
  port: number;
  telegramRoot: string;
  secrets: { BOT_TOKEN: string; WEBHOOK_SECRET: string; ADMIN_TOKEN: string };
  /** Token that callers of its own doors need; its `ADMIN_TOKEN` if left out. */
  doorsToken?: string;
  /** A Worker built by `buildWorker`; built from the local entry if left out. */
  bundle?: string;
  /** How far its clock is ahead of the real one from the start. */
  clockOffsetMs?: number;
  /** What the desk and the runtime have to say; nothing by default. */
  verbose?: boolean;
}

export interface LocalDesk {
  url: string;
  /** The runtime's process, where that can be found out. */
  pid: number | null;
  close(): Promise<void>;
}

/** Runs the desk in workerd on loopback, with its own D1 and Durable Objects, without an account. */
export async function startLocalDesk(options: LocalDeskOptions): Promise<LocalDesk> {
  const { statePath, port, telegramRoot, secrets, verbose = false } = options;
  const [bundle] = await Promise.all([
    options.bundle ?? builtLocalWorker(),
    migrateRecord(statePath),
    makeAssets(),
  ]);
  const config = unstable_readConfig({ config: join(ROOT, "wrangler.toml") });
  const database = config.d1_databases[0]!;
  const others = await ownRuntimes();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port,
      log: new Log(verbose ? LogLevel.INFO : LogLevel.NONE),
      ...(verbose ? {} : { handleStructuredLogs: () => undefined }),
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: join(statePath, "v3"),
      modulesRoot: dirname(bundle),
      modules: [{ type: "ESModule", path: bundle }],
      compatibilityDate: config.compatibility_date,
      bindings: {
        ...config.vars,
        ...secrets,
        ALLOW_LOOPBACK: "true",
        TELEGRAM_API_ROOT: telegramRoot,
        LOCAL_CLOCK_OFFSET_MS: String(options.clockOffsetMs ?? 0),
        LOCAL_PORT: String(port),
        LOCAL_DOORS_TOKEN: options.doorsToken ?? secrets.ADMIN_TOKEN,
      },
      assets: {
        directory: config.assets!.directory!,
        binding: config.assets!.binding!,
        run_worker_first: true,
        routerConfig: { invoke_user_worker_ahead_of_assets: true, has_user_worker: true },
      },
      d1Databases: { [database.binding]: database.database_id! },
      durableObjects: Object.fromEntries(
        (config.durable_objects.bindings as { name: string; class_name: string }[]).map(
          ({ name, class_name }) => [name, { className: class_name, useSQLite: true }],
        ),
      ),
    }),
  );
  const url = (await miniflare.ready).origin;
  const pid = (await ownRuntimes()).find((one) => !others.includes(one)) ?? null;
  return { url, pid, close: () => miniflare.dispose() };
}

/** The local desk's bundle, made anew if its sources have changed. */
export async function builtLocalWorker(): Promise<string> {
  const folder = await madeOf(
    "desk",
    ["src", "migrations", "wrangler.toml", "package.json", "package-lock.json"],
    (outdir) => buildWorker(LOCAL_ENTRY, outdir).then(() => undefined),
  );
  return builtModule(LOCAL_ENTRY, folder);
}

/** A record that has all migrations needs no look of wrangler's, which takes seconds; a new one is a copy of one made before. */
async function migrateRecord(statePath: string): Promise<void> {
  const sources = ["migrations/record", "wrangler.toml", "package-lock.json"];
  const record = join(statePath, "v3/d1");
  const marker = join(record, ".migrated-by");
  const wanted = await fingerprint(sources);
  if ((await readFile(marker, "utf8").catch(() => null)) === wanted) return;
  if (existsSync(record)) await applyMigrations(statePath);
  else await cp(join(await madeOf("record", sources, applyMigrations), "v3/d1"), record, { recursive: true });
  await writeFile(marker, wanted);
}

function applyMigrations(statePath: string): Promise<void> {
  return wrangler("d1", "migrations", "apply", "topicdesk", "--local", "--persist-to", statePath);
}

async function wrangler(...args: string[]): Promise<void> {
  const bin = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const env = {
    ...process.env,
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
    CI: "true",
  };
  try {
    await run(process.execPath, [bin, ...args], { cwd: ROOT, env });
  } catch (error) {
    const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
    throw new Error(`wrangler ${args.slice(0, 3).join(" ")} failed:\n${stderr}${stdout}`, { cause: error });
  }
}
