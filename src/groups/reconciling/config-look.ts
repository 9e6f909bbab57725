import { asStored } from "../../domain/config/stored.ts";
import type { Finding } from "../../domain/desk/reconciliation.ts";
import { ConfigStore } from "../../record/config-store.ts";
import { askGroup, askGroups, configureGroups } from "../ask.ts";
import type { Look } from "./look.ts";

/**
 * Compares the version in force in every group's object with the record's. An object that is behind gets the record's.
 * An object that is ahead knows a later decision than a D1 restored to an older day (an agent may have been removed
 * since): its configuration comes back into the record, numbered above all others.
 */
export async function lookAtConfig({ env, groups, now, version, config }: Look): Promise<Finding[]> {
  const answers = await askGroups(env, groups, (stub) => stub.configVersion());
  const versions = answers.flatMap((one) =>
    "answer" in one && one.answer > 0 ? [{ group: one.group, version: one.answer }] : [],
  );
  const newest = versions.reduce((most, one) => (one.version > most.version ? one : most), {
    group: "",
    version,
  });
  if (newest.version === version) {
    if (versions.some((one) => one.version < version)) await configureGroups(env, { version, config });
    return [];
  }
  const finding = {
    kind: "config.ahead",
    group: newest.group,
    object: newest.version,
    record: version,
  } as const;
  return [{ ...finding, mended: await bringBack(env, newest, version, now) }];
}

async function bringBack(
  env: Env,
  { group, version }: { group: string; version: number },
  ifVersion: number,
  at: number,
): Promise<boolean> {
  const asked = await askGroup(env, group, (stub) => stub.configInForce());
  if ("unreachable" in asked || asked.answer === null) return false;
  const store = new ConfigStore(env.DB);
  const document = asStored(asked.answer.config);
  const check = await store.check(document, (await store.current())?.document, at);
  if (check.config === null) return false;
  const stored = await store.put(document, {
    by: "reconciliation",
    at,
    note: { reason: "lost_by_the_record", version, group },
    ifVersion,
    above: version,
  });
  if (stored.outcome === "conflict") return false;
  const missed = await configureGroups(env, { version: stored.version, config: check.config });
  return missed.length === 0;
}
