/** What the guide needs of the world; `cli.ts` supplies the real one. */
export interface Outside {
  say: (text: string) => void;
  /** Asks a question; an empty answer takes `fallback`. */
  ask: (question: string, fallback?: string) => Promise<string>;
  /** Runs wrangler and answers what it printed. Throws with that text when it fails. */
  wrangler: (args: string[], how?: WranglerRun) => Promise<string>;
  /** Null: there is no such file. */
  readFile: (name: string) => Promise<string | null>;
  writeFile: (name: string, text: string) => Promise<void>;
  fetch: typeof fetch;
  telegramRoot: string;
  sleep: (ms: number) => Promise<void>;
  /** In ms since 1970. */
  now: () => number;
  /** `CLOUDFLARE_ACCOUNT_ID`, if the operator has set it. */
  accountId?: string | undefined;
  /** Whether Telegram's secret is to be changed. */
  rotates?: boolean;
}

export interface WranglerRun {
  input?: string;
  /**
   * Whether wrangler has the terminal, so that its own questions are seen and answered. Then what it wrote to
   * `WRANGLER_OUTPUT_FILE_PATH` is the answer: lines of JSON.
   */
  shown?: boolean;
  /** The account it works in. */
  account?: string;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether the operator says yes; an empty answer is no. */
export async function agreed({ ask }: Outside, question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} (yes/no) `, "no"));
}
