/** What the world's CRM says of a customer: some are known, and some of those matter more. */
export function profileFor(asked: string): Record<string, unknown> {
  const id = Number(/"telegramId":(\d+)/.exec(asked)?.[1] ?? 0);
  if (id % 3 === 0) return {};
  return { tier: id % 3 === 1 ? "premium" : "basic" };
}
