const ODD: readonly unknown[] = [undefined, null, 0, -1, 1e300, "odd", true, [], {}, [null], [[]]];

/** The update with each of its parts left out, and replaced by what does not belong there, one at a time. */
export function* brokenUpdates(update: object): Generator<object> {
  for (const path of pathsOf(update)) {
    if (path[0] === "update_id") continue;
    for (const odd of ODD) {
      const broken = structuredClone(update);
      let place = broken as Record<string, unknown>;
      for (const name of path.slice(0, -1)) place = place[name] as Record<string, unknown>;
      if (odd === undefined) delete place[path.at(-1)!];
      else place[path.at(-1)!] = odd;
      yield broken;
    }
  }
}

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [
    [...path, name],
    ...pathsOf(part, [...path, name]),
  ]);
}
