import { sameJson } from "../../domain/config/diff.ts";
import { nameOfItem } from "../../domain/config/places.ts";
import { isRecord, namesOf, type Json } from "./json.ts";

/** Two changes of one document as one, and the places that both changed in different ways: there `mine` stands. */
export function merged(base: Json, mine: Json, theirs: Json): { value: Json; conflicts: string[] } {
  const conflicts: string[] = [];
  const value = both(base, mine, theirs, "", conflicts);
  return { value: value ?? null, conflicts };
}

/** `undefined`: it is not there. */
function both(
  base: Json | undefined,
  mine: Json | undefined,
  theirs: Json | undefined,
  place: string,
  conflicts: string[],
): Json | undefined {
  if (sameJson(mine, theirs) || sameJson(base, theirs)) return mine;
  if (sameJson(base, mine)) return theirs;
  if (isRecord(mine) && isRecord(theirs)) {
    const former = isRecord(base) ? base : {};
    const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
    const found = keys.map((key) => {
      const at = place === "" ? key : `${place}.${key}`;
      return [key, both(former[key], mine[key], theirs[key], at, conflicts)] as const;
    });
    return Object.fromEntries(found.filter((one): one is [string, Json] => one[1] !== undefined));
  }
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    const former = Array.isArray(base) ? base : [];
    const names = [...new Set([...(namesOf(mine) ?? []), ...(namesOf(theirs) ?? [])])];
    if (namesOf(mine) !== null && namesOf(theirs) !== null && namesOf(former) !== null) {
      return names.flatMap((name) => {
        const one = both(
          named(former, name),
          named(mine, name),
          named(theirs, name),
          `${place}[${name}]`,
          conflicts,
        );
        return one === undefined ? [] : [one];
      });
    }
  }
  conflicts.push(place);
  return mine;
}

function named(list: readonly Json[], name: string): Json | undefined {
  return list.find((one) => nameOfItem(one) === name);
}
