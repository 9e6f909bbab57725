/** What a meter says of a call: whether it may go on, how many are left, and in how many ms all are there again. */
export interface Metered {
  allowed: boolean;
  left: number;
  resetMs: number;
}
