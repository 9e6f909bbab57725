import type { Finding } from "../../domain/reconciliation.ts";
import { lookThrough, type Hole, type SeenUpdate } from "../../domain/update-ledger.ts";
import { botIdOf } from "../../telegram/api.ts";
import { askGroups, type GroupStub } from "../ask.ts";
import { CLOCKS_DIFFER_MS, HOLES_NAMED_MAX } from "../limits.ts";
import type { Look } from "./look.ts";

/** How far back the first look goes to find where the numbers stand. */
const FIRST_LOOK_BACK_MS = 24 * 3_600_000;

/**
 * Looks for numbers of updates that none of the groups' objects has taken. All of them have to answer: what one has
 * would look missing otherwise, and the next look sees it.
 */
export async function lookAtUpdates({ env, now, groups, store, webhook }: Look): Promise<Finding[]> {
  if (webhook === null) return [];
  const before = await store.ledger();
  const since = (before?.lookedAt ?? now - FIRST_LOOK_BACK_MS) - CLOCKS_DIFFER_MS;
  const seen = await askAll(env, groups, (stub) => stub.updatesSince(since));
  if (seen === null) return [];
  const asked = {
    bot: botIdOf(env.BOT_TOKEN),
    askedAt: now - CLOCKS_DIFFER_MS,
    quiet: webhook.pending === 0,
  };
  let found = lookThrough(before, { ...asked, seen });
  if (found.missing.length > 0) {
    // What an object had in memory only when it was restarted it can still look up.
    const { missing } = found;
    const after = await askAll(env, groups, (stub) => stub.updatesAmong(missing));
    if (after === null) return [];
    found = lookThrough(before, { ...asked, seen: [...seen, ...after] });
  }
  if (found.ledger !== null) await store.saveLedger(found.ledger);
  return named(found.missing);
}

/** What all groups' objects answer; null if one does not. */
async function askAll(
  env: Env,
  groups: readonly string[],
  ask: (stub: GroupStub) => PromiseLike<SeenUpdate[]>,
): Promise<SeenUpdate[] | null> {
  const answers = await askGroups(env, groups, ask);
  const all: SeenUpdate[] = [];
  for (const answer of answers) {
    if ("unreachable" in answer) return null;
    all.push(...answer.answer);
  }
  return all;
}

function named(missing: readonly Hole[]): Finding[] {
  const alone = missing.slice(0, HOLES_NAMED_MAX - 1);
  const rest = missing.slice(alone.length);
  const findings = alone.map((hole) => finding([hole]));
  return rest.length === 0 ? findings : [...findings, finding(rest)];
}

function finding(holes: readonly Hole[]): Finding {
  return {
    kind: "updates.missing",
    updates: holes.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    from: holes[0]!.from,
    to: holes.at(-1)!.to,
    after: Math.min(...holes.map(({ after }) => after)),
    before: Math.max(...holes.map(({ before }) => before)),
    mended: false,
  };
}
