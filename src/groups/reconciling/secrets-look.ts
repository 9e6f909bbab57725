import type { Finding } from "../../domain/desk/reconciliation.ts";
import { signingRoot } from "../../domain/desk/secrets.ts";
import { callMark } from "../../record/pseudonym.ts";
import type { Look } from "./look.ts";

/** Notices that signatures come from another root secret: receivers that check signatures were not told. */
export async function lookAtSecrets({ env, store }: Look): Promise<Finding[]> {
  const mark = await callMark("signing root", signingRoot(env));
  const before = await store.rootMark();
  if (before === mark) return [];
  await store.saveRootMark(mark);
  return before === null ? [] : [{ kind: "signing.root_changed", mended: false }];
}
