/** Why a system that was asked gave no answer: a code with its facts, which `texts/` puts into words. */
export type NoAnswer =
  | { why: "timeout"; timeoutMs: number }
  | { why: "unreachable" | "redirected" | "forbidden_address" }
  | { why: "too_large"; bytesMax: number }
  | { why: "status"; status: number }
  | { why: "not_json" }
  /** `problems`: as its administrators read them, the place first. */
  | { why: "invalid"; problems: string[] }
  | { why: "no_contact_list" }
  | { why: "no_secret" | "no_hubspot_token" }
  /** It was not asked, because it failed too often. */
  | { why: "breaker_open" };
