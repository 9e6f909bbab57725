/** One value of a family. Label values may be any text. */
export interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/** What Prometheus calls a metric family; names are `[a-z_]`, the unit at the end. */
export interface Family {
  name: string;
  type: "gauge" | "counter";
  help: string;
  samples: readonly Sample[];
}

/** Prometheus' text format, version 0.0.4. A family without samples is left out. */
export function exposition(families: readonly Family[]): string {
  const lines = families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${escaped(help)}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels = {}, value }) => `${name}${labelsOf(labels)} ${value}`),
    ]);
  return `${lines.join("\n")}\n`;
}

function labelsOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
