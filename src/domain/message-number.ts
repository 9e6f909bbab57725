/*
 * Telegram numbers messages and topics within a chat, and in private chats within what one bot sees of them. So numbers
 * begin anew when a group gets another chat, and in every private chat when the desk gets another bot. What the desk
 * keeps of a number therefore says to which numbering, or epoch, it belongs: `number + epoch · 2^32`. Those of the first
 * epoch stay as they are, so nothing that is stored ever has to be rewritten.
 */

const EPOCH = 2 ** 32;

/** What is no number of Telegram's (0, or less) belongs to no epoch. */
export function numbered(number: number, epoch: number): number {
  return number > 0 ? number + epoch * EPOCH : number;
}

/** The number as Telegram knows it. */
export function plainNumber(number: number): number {
  return number > 0 ? number % EPOCH : number;
}

export function epochOf(number: number): number {
  return number > 0 ? Math.floor(number / EPOCH) : 0;
}

/** Every number of an epoch is above this, and below the next epoch's. */
export function baseOfEpoch(epoch: number): number {
  return epoch * EPOCH;
}
