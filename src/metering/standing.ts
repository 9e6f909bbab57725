import type { ApiKeyRow } from "../record/api-keys.ts";
import { isSecret } from "../secret.ts";

/** What is told of a key to those who let it in. */
type KeyFacts = Pick<ApiKeyRow, "id" | "name" | "scopes" | "callsPerMinute">;

/** What a presented secret is to a key; `replaced`: a rotation has ended it. Instants in ms since 1970. */
export type Standing =
  | { is: "valid"; key: KeyFacts }
  | { is: "unknown" | "replaced" }
  | { is: "revoked" | "expired"; at: number };

/** How a key stands to a secret of this hash, in a time that tells nothing of either; null: there is no such key. */
export function standingOf(row: ApiKeyRow | null, hash: string, now: number): Standing {
  if (row === null) return { is: "unknown" };
  const isPresent = isSecret(hash, row.hash);
  const isPrevious = isSecret(hash, row.previousHash ?? undefined);
  if (!isPresent && !isPrevious) return { is: "unknown" };
  if (!isPresent && (row.previousUntil ?? 0) <= now) return { is: "replaced" };
  const { id, name, scopes, callsPerMinute, revokedAt, expiresAt } = row;
  if (revokedAt !== null) return { is: "revoked", at: revokedAt };
  if (expiresAt !== null && expiresAt <= now) return { is: "expired", at: expiresAt };
  return { is: "valid", key: { id, name, scopes, callsPerMinute } };
}
