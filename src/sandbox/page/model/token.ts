/** Token that changing requests must carry. It stands in the page, where other origins cannot read it. */
let token = tokenIn(document);

export function sandboxToken(): string | null {
  return token;
}

/** A sandbox that was started again has another one. */
export async function renewToken(): Promise<void> {
  const page = await (await fetch("/")).text();
  token = tokenIn(new DOMParser().parseFromString(page, "text/html")) ?? token;
}

function tokenIn(page: Document): string | null {
  return page.querySelector<HTMLMetaElement>('meta[name="sandbox-token"]')?.content ?? null;
}
