/** A file as text, by Vite. */
declare module "*?raw" {
  const text: string;
  export default text;
}

/** Files of a pattern, by Vite. */
interface ImportMeta {
  glob<T>(pattern: string, options: { eager: true; import: "default" }): Record<string, T>;
}
