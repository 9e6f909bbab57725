/**
 * A cursor is opaque to callers: base64url of the JSON array of the last row's sort keys. It names a position, not a
 * row, so it stays good when that row changes or goes.
 */
export function encodeCursor(position: readonly (string | number)[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(position));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** The position in a cursor, or `null` if the text is not a cursor of ours. */
export function decodeCursor(cursor: string): unknown[] | null {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    const position: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(position) ? position : null;
  } catch {
    return null;
  }
}
