/** What one desk adds to the committed wrangler.toml; it stands in a file of its own that is not committed. */
export interface DeskFile {
  account: string;
  worker: string;
  database: { name: string; id: string };
  /** Whose desk it is: a deployed Worker that says another bot is not taken over. */
  bot: number;
  /** Its own domain; null: workers.dev. */
  domain: string | null;
}

export const COMMON_FILE = "wrangler.toml";
const NO_DATABASE = "00000000-0000-0000-0000-000000000000";

export function fileOf(worker: string): string {
  return `wrangler.${worker}.toml`;
}

/** The desk's wrangler file: the committed one as it is now, with the desk's values. */
export function deskFile(common: string, desk: DeskFile): string {
  const values: [RegExp, string][] = [
    [
      /^name = ".*"$/m,
      [
        `name = "${desk.worker}"`,
        `account_id = "${desk.account}"`,
        ...(desk.domain === null ? [] : [`routes = [{ pattern = "${desk.domain}", custom_domain = true }]`]),
      ].join("\n"),
    ],
    [/^database_name = ".*"$/m, `database_name = "${desk.database.name}"`],
    [/^database_id = ".*"$/m, `database_id = "${desk.database.id}"`],
    [/^\[vars\]$/m, `[vars]\nBOT_ID = "${desk.bot}"`],
  ];
  const text = values.reduce((before, [pattern, value]) => {
    if (!pattern.test(before)) throw new Error(`${COMMON_FILE} has no line like ${pattern.source}`);
    return before.replace(pattern, () => value);
  }, common);
  return `# Written by \`npm run go-live\` from ${COMMON_FILE}, each time anew, for one desk. Not to be committed.\n${text}`;
}

/** What a desk's file, or an edited wrangler.toml of before, says. */
export function readDeskFile(text: string): {
  worker: string | null;
  databaseId: string | null;
  bot: number | null;
  domain: string | null;
} {
  const value = (pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;
  const id = value(/^database_id = "(.*)"$/m);
  const bot = value(/^BOT_ID = "(\d+)"$/m);
  return {
    worker: value(/^name = "(.*)"$/m),
    databaseId: id === NO_DATABASE ? null : id,
    bot: bot === null ? null : Number(bot),
    domain: value(/^routes = \[\{ pattern = "(.*)", custom_domain = true \}\]$/m),
  };
}
