type Level = "info" | "warn" | "error";
type Fact = string | number | boolean | null | readonly string[];

/**
 * One line of JSON an event, for Workers Logs. Facts are ids, counts and codes only: never what people wrote, never
 * a secret, never an error's message (it may quote either).
 */
export function log(level: Level, event: string, facts: Record<string, Fact> = {}): void {
  console[level](JSON.stringify({ level, event, ...facts }));
}

/** What may be logged of an error: its class, and where it was thrown. */
export function errorFacts(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}
