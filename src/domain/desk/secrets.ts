/** The secrets of a desk that sign, or show that it is Telegram who calls. Unset ones may be empty. */
export interface Secrets {
  TELEGRAM_SECRET?: string;
  TELEGRAM_SECRET_NEXT?: string;
  SIGNING_ROOT?: string;
  WEBHOOK_SECRET?: string;
}

/**
 * What Telegram may present, the one that it is told first. While it is rotated there are two: what is on its way still
 * comes with the old one. Desks of before have `WEBHOOK_SECRET` for this as well.
 */
export function telegramSecrets(secrets: Secrets): string[] {
  const { TELEGRAM_SECRET_NEXT: next, TELEGRAM_SECRET: now, WEBHOOK_SECRET: before } = secrets;
  return [next, now || before].filter((secret): secret is string => Boolean(secret));
}

/** The name of the secret that Telegram is told; null: none is set. */
export function toldSecret(secrets: Secrets): (typeof TELEGRAM_SECRETS)[number] | null {
  return TELEGRAM_SECRETS.find((name) => Boolean(secrets[name])) ?? null;
}

/** The first that is set is told. */
export const TELEGRAM_SECRETS = ["TELEGRAM_SECRET_NEXT", "TELEGRAM_SECRET", "WEBHOOK_SECRET"] as const;

/**
 * From which everything is derived that others check or that must stay recognisable: signatures of webhooks, sealed
 * answers, pseudonyms. It never goes to Telegram, and changing what Telegram presents does not touch it.
 */
export function signingRoot({ SIGNING_ROOT: root, WEBHOOK_SECRET: before }: Secrets): string {
  return root || before || "";
}
