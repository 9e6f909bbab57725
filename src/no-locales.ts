/** Stands in the bundle for Zod's error texts in forty languages, which nobody here reads (`alias` in wrangler.toml). */
export default {};
