/**
 * What only documents say stands beside what it is about: summaries, descriptions, examples and the schemas of answers, all
 * of which go into the contract, and the descriptions in the editors' schema of the configuration. It is answered as it is, or made
 * where it comes as a function.
 *
 * The Worker gets `no-docs.ts` in place of this (`#for-docs` in package.json): there the function is empty, and calls of an empty function
 * are left out together with what they are given; `setup/worker/build.ts` leaves out what would be done with its answer, too.
 */
export function forDocs<const T>(make: () => T): T;
export function forDocs<T>(value: T): T;
export function forDocs(value: unknown): unknown {
  return typeof value === "function" ? value() : value;
}
