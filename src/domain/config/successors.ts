/** Former group, or queue → the one that took over what it had. */
export type Succession = Readonly<Record<string, string>>;

/** Each hop is a change of the configuration, and nobody makes more of them before anybody looks. */
const HOPS_MAX = 20;

/** The one that is there among those who took over, one from another; undefined: none is. */
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
