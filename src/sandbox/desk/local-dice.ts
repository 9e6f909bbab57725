/**
 * Chance of a local desk: it follows from a seed and from what it is drawn for, so that the same seed plays the same
 * day again in whatever order answers come. It lives in the isolate, beside the desk.
 */
export const localDice = {
  seed: 1,

  /** From 0 up to 1, exclusive. */
  draw(of: string): number {
    let mixed = this.seed | 0;
    for (let at = 0; at < of.length; at += 1) mixed = Math.imul(mixed ^ of.charCodeAt(at), 0x01000193);
    // Neighbours must not draw alike [murmur3's last step].
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  },
};
