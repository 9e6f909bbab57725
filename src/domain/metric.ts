/**
 * What an SLA policy promises.
 *
 * - `firstResponse`: how soon the first answer comes
 * - `nextResponse`: how soon each later turn of the customer is answered; every turn is a clock of its own
 * - `resolution`: how soon the ticket is resolved
 */
export const METRICS = ["firstResponse", "nextResponse", "resolution"] as const;
export type Metric = (typeof METRICS)[number];
