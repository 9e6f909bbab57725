/** `forDocs` in the Worker, which makes no documents: nothing, see `for-docs.ts`. */
export function forDocs(_value: unknown): undefined {}
