/** Since when what a release renamed is said to go: 2026-11-30. It goes with the release after that one. */
const SINCE = Date.UTC(2026, 10, 30) / 1_000;

/** What the answer to a call in a form that will go says, by RFC 9745. */
export const DEPRECATED = {
  Deprecation: `@${SINCE}`,
  Link: '</api/docs>; rel="deprecation"; type="text/html"',
};

/** The same for the contract. */
export const DEPRECATION_HEADERS = {
  Deprecation: {
    description: "Since when a form of the call is deprecated, in s since 1970 (RFC 9745); only where it is",
    schema: { type: "string" as const, example: DEPRECATED.Deprecation },
  },
  Link: {
    description: "Beside `Deprecation`: where to read what to say instead",
    schema: { type: "string" as const, example: DEPRECATED.Link },
  },
};
