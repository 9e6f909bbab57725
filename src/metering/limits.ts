/**
 * How long a meter goes by what D1 has told it of its key. Whoever revokes or rotates the key makes it forget at once; this is
 * the bound where the meter could not be told.
 */
export const KEY_KNOWN_MS = 10_000;
