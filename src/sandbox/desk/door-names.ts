/** What the sandbox's host asks of the local desk, under `/sandbox/`. */
export const DOORS = [
  "GET groups/:id/watch",
  "GET groups/:id/standing",
  "GET groups/:id/tickets/:number",
  "PUT clock",
  "PUT record",
  "POST scheduled",
] as const;

export type Door = (typeof DOORS)[number];
