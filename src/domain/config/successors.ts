/** Former group, or queue → the one that took over what it had. */
export type Succession = Readonly<Record<string, string>>;

/** Each hop is one change of the configuration; more of them between two looks are not expected. */
const HOPS_MAX = 20;

/** The first existing group or queue in the chain of successors; undefined: none exists. */
export function successorOf(
  gone: string,
  successors: Succession,
  isThere: (name: string) => boolean,
): string | undefined {
  let name = successors[gone];
  for (let hop = 0; name !== undefined && hop < HOPS_MAX; hop += 1) {
    if (isThere(name)) return name;
    name = successors[name];
  }
  return undefined;
}
