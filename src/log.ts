type Level = "info" | "warn" | "error";
type Fact = string | number | boolean | null | readonly string[];

/**
 * One line of JSON an event, for Workers Logs. Facts are ids, counts and codes only: never what people wrote, never
 * a secret, never an error's message (it may quote either).
 */
export function log(level: Level, event: string, facts: Record<string, Fact> = {}): void {
  console[level](JSON.stringify({ level, event, ...facts }));
}
