/** Whether a `Content-Type` says that a body is JSON. */
export function isJson(header: string | undefined): boolean {
  const type = header?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return /^application\/(?:[\w.-]+\+)?json$/.test(type);
}

/** Whether it says that a body is JSON with comments. */
export function isJsonWithComments(header: string | undefined): boolean {
  return header?.split(";", 1)[0]?.trim().toLowerCase() === "application/jsonc";
}
