/**
 * What may be logged of an error: its class, and where it was thrown. Never its message, which may quote what people
 * wrote.
 */
export function errorFacts(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}
