/** What the bench has to say about one question. */
export interface Chapter {
  title: string;
  /** Lines of a table; the first one names the columns. */
  table: (string | number)[][];
  aims: Aim[];
  /** How it was measured, and what limits it. */
  notes: string[];
}

export interface Aim {
  what: string;
  seen: number;
  atLeast?: number;
  atMost?: number;
}

export function isMet({ seen, atLeast = -Infinity, atMost = Infinity }: Aim): boolean {
  return seen >= atLeast && seen <= atMost;
}

/** As people read it. */
export function inWords({ title, table, aims, notes }: Chapter): string {
  const cells = table.map((line) => line.map(String));
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  "),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [
    title,
    "",
    lines[0],
    rule,
    ...lines.slice(1),
    "",
    ...aims.map(aimInWords),
    ...notes.map((note) => `  · ${note}`),
    "",
  ].join("\n");
}

function aimInWords(aim: Aim): string {
  return `${isMet(aim) ? "✓" : "✗"} ${aim.what}: ${asked(aim)}`;
}

/** What was seen, and what is asked. */
export function asked({ seen, atLeast, atMost }: Aim): string {
  return `${round(seen)}, aim ${atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`}`;
}

/** Three significant digits are more than a measurement like these has. */
export function round(number: number): number {
  return Number(number.toPrecision(3));
}
