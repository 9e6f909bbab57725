import type { Arrival } from "../../telegram/inbound.ts";

/** The arrival of one kind. */
export type Of<K extends Arrival["kind"]> = Extract<Arrival, { kind: K }>;
