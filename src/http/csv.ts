/** A line of CSV (RFC 4180), its end included. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => csvCell(cell)).join(",")}\r\n`;
}

/**
 * One cell. Text that a spreadsheet would run as a formula gets a leading apostrophe: cells hold what customers wrote.
 */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
