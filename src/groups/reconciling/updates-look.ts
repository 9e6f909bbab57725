import type { Finding } from "../../domain/desk/reconciliation.ts";
import { lookThrough, type Hole, type SeenUpdate } from "../../domain/desk/update-ledger.ts";
import { ConfigStore } from "../../record/config-store.ts";
import type { KeptLedger } from "../../record/reconciliation.ts";
import { botIdOf } from "../../telegram/api.ts";
import { askGroups, onSubject } from "../ask.ts";
import { CLOCKS_DIFFER_MS, HOLES_NAMED_MAX } from "../limits.ts";
import type { Look } from "./look.ts";

/**
 * Looks for update numbers that no group's object has taken, groups removed from the configuration included. All
 * objects have to answer, or an update that one of them has would look missing; the next run compares it then. Returns
 * the ledger to keep together with the findings; null: unchanged.
 */
export async function lookAtUpdates({
  env,
  now,
  store,
  webhook,
}: Look): Promise<{ findings: Finding[]; ledger: KeptLedger | null }> {
  const nothing = { findings: [], ledger: null };
  if (webhook === null) return nothing;
  const before = await store.ledger();
  const after = before?.id ?? 0;
  const since = (before?.lookedAt ?? now) - CLOCKS_DIFFER_MS;
  const groups = await new ConfigStore(env.DB).groupsEver();
  const answers = await askGroups(env, groups, (stub, group) =>
    onSubject(stub.reconciliation(), (reconciliation) =>
      reconciliation.updatesSince({ after, since, mark: before?.marks[group] ?? null }),
    ),
  );
  const seen: SeenUpdate[] = [];
  const marks: Record<string, number> = {};
  for (const answer of answers) {
    if ("unreachable" in answer) return nothing;
    seen.push(...answer.answer.seen);
    marks[answer.group] = answer.answer.mark;
  }
  const bot = botIdOf(env.BOT_TOKEN);
  const asked = { bot, askedAt: now - CLOCKS_DIFFER_MS, quiet: webhook.pending === 0 };
  let found = lookThrough(before, { ...asked, seen });
  if (found.missing.length > 0) {
    const { missing } = found;
    const others = await askGroups(env, groups, (stub) =>
      onSubject(stub.reconciliation(), (reconciliation) => reconciliation.updatesAmong(missing)),
    );
    for (const answer of others) {
      if ("unreachable" in answer) return nothing;
      seen.push(...answer.answer);
    }
    found = lookThrough(before, { ...asked, seen });
  }
  const changed: Finding[] =
    before === null || before.bot === bot
      ? []
      : [{ kind: "bot.changed", from: before.bot, to: bot, mended: false }];
  return { findings: [...changed, ...named(found.missing)], ledger: { ...found.ledger, marks } };
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
