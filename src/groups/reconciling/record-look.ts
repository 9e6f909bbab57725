import type { Census, Finding } from "../../domain/desk/reconciliation.ts";
import { ms } from "../../domain/duration.ts";
import { Erasures } from "../../record/erasures.ts";
import type { Reconciliation } from "../../record/reconciliation.ts";
import { askGroup, askGroups, onSubject } from "../ask.ts";
import { OPEN_COMPARED_AT_ONCE_MAX, TICKETS_COMPARED_MAX } from "../limits.ts";
import { retireGroup } from "../retiring.ts";
import type { Look } from "./look.ts";

/** Compares the record with every group's object; what differs is told it again. */
export async function lookAtRecord(look: Look): Promise<Finding[]> {
  return [...(await leftOver(look)), ...(await differences(look)), ...(await onePage(look))];
}

/** Work of groups that are no longer in the configuration goes to a group that is. */
async function leftOver({ env, groups, store, versioned }: Look): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { group, tickets } of await store.leftOver(groups)) {
    const to = await retireGroup(env, group, versioned);
    findings.push({ kind: "group.left_over", group, tickets, to, mended: true });
  }
  return findings;
}

/**
 * The record lags by moments: only an object that has told it everything is compared, and looked at on both sides of it.
 * A ticket that is on its way to a group is there by the record's word, and not yet by the object's.
 */
async function differences({ env, groups, store }: Look): Promise<Finding[]> {
  const before = await askGroups(env, groups, (stub) =>
    onSubject(stub.record(), (record) => record.census()),
  );
  const records = await Promise.all(groups.map((group) => store.census(group)));
  const after = await askGroups(env, groups, (stub) => onSubject(stub.record(), (record) => record.census()));
  const awaiting = new Set(
    [...before, ...after].flatMap((one) => ("answer" in one ? (one.answer?.leavingFor ?? []) : [])),
  );
  const findings = groups.map(async (group, index): Promise<Finding[]> => {
    const [first, counted, again] = [before[index]!, records[index]!, after[index]!];
    const { unpromised, ...record } = counted;
    if (unpromised > 0) await tellPromises(env, group, store);
    if ("unreachable" in first) return [{ kind: "group.unreachable", group, mended: false }];
    if (first.answer === null || first.answer.unrecorded > 0 || awaiting.has(group)) return [];
    if ("unreachable" in again || again.answer === null) return [];
    const object: Census = { tickets: first.answer.tickets, versions: first.answer.versions };
    const moved = again.answer.versions !== object.versions || again.answer.unrecorded > 0;
    if (moved || (object.tickets === record.tickets && object.versions === record.versions)) return [];
    return [
      { kind: "record.differs", group, object, record, mended: await tellDiffering(env, group, store) },
    ];
  });
  return (await Promise.all(findings)).flat();
}

/**
 * Compares the open tickets of a group one by one, from both sides, and has the object tell the record those that
 * differ, and no others: a group's whole history would keep D1 busy for minutes. Answers whether there were any to tell.
 */
async function tellDiffering(env: Env, group: string, store: Reconciliation): Promise<boolean> {
  const open = new Set<string>();
  const numbers: number[] = [];
  for (let after = 0; ;) {
    const asked = await askGroup(env, group, (stub) =>
      onSubject(stub.record(), (record) => record.openAfter(after, OPEN_COMPARED_AT_ONCE_MAX)),
    );
    if ("unreachable" in asked) return false;
    const page = asked.answer;
    const versions = await store.openVersionsOf(page.map(({ id }) => id));
    for (const { id, number, version } of page) {
      open.add(id);
      if ((versions.get(id) ?? 0) < version) numbers.push(number);
    }
    if (page.length < OPEN_COMPARED_AT_ONCE_MAX) break;
    after = page.at(-1)!.number;
  }
  for (let after = ""; ;) {
    const page = await store.openIdsAfter(group, after, OPEN_COMPARED_AT_ONCE_MAX);
    const ended = page.filter((id) => !open.has(id));
    const asked = await askGroup(env, group, (stub) =>
      onSubject(stub.record(), (record) => record.numbersOf(ended)),
    );
    if ("unreachable" in asked) return false;
    numbers.push(...asked.answer);
    if (page.length < OPEN_COMPARED_AT_ONCE_MAX) break;
    after = page.at(-1)!;
  }
  if (numbers.length === 0) return false;
  return !(
    "unreachable" in
    (await askGroup(env, group, (stub) =>
      onSubject(stub.record(), (record) => record.reprojectTickets(numbers)),
    ))
  );
}

/** What an earlier release told of has no promises in the record: no fault, and told once more. */
async function tellPromises(env: Env, group: string, store: Reconciliation): Promise<void> {
  const ids = await store.unpromisedIds(group, OPEN_COMPARED_AT_ONCE_MAX);
  const asked = await askGroup(env, group, (stub) =>
    onSubject(stub.record(), (record) => record.numbersOf(ids)),
  );
  if ("unreachable" in asked || asked.answer.length === 0) return;
  await askGroup(env, group, (stub) => onSubject(stub.record(), (record) => record.tellAgain(asked.answer)));
}

/**
 * Some tickets of every group one by one, closed ones too, each look the next ones. What is being erased, or may have
 * been forgotten because of its age, is left alone: it must not come back.
 */
async function onePage(look: Look): Promise<Finding[]> {
  const { env, groups, store } = look;
  if (await new Erasures(env.DB).areRunning()) return [];
  const before = await store.comparedUpTo();
  const upTo: Record<string, number> = {};
  const findings: Finding[] = [];
  for (const group of groups) {
    const after = before[group] ?? 0;
    upTo[group] = after;
    const asked = await askGroup(env, group, (stub) =>
      onSubject(stub.record(), (record) => record.recordedAfter(after, TICKETS_COMPARED_MAX)),
    );
    if ("unreachable" in asked) continue;
    const page = asked.answer;
    upTo[group] = page.length < TICKETS_COMPARED_MAX ? 0 : page.at(-1)!.number;
    const kept = page.filter(({ closedAt }) => closedAt === null || closedAt > keptSince(look));
    const versions = await store.versionsOf(kept.map(({ id }) => id));
    const differing = kept.filter(({ id, version }) => (versions.get(id) ?? 0) < version);
    if (differing.length === 0) continue;
    const numbers = differing.map(({ number }) => number);
    const told = await askGroup(env, group, (stub) =>
      onSubject(stub.record(), (record) => record.reprojectTickets(numbers)),
    );
    const tickets = differing.map(({ id }) => id);
    findings.push({ kind: "record.tickets_differ", group, tickets, mended: !("unreachable" in told) });
  }
  await store.saveCompared(upTo);
  return findings;
}

const DAY_MS = 24 * 3_600_000;

/** Tickets closed after this instant are not forgotten yet, in the objects or the record. */
function keptSince({ config: { retention }, now }: Look): number {
  const kept = [retention.closedTickets, retention.events].flatMap((one) =>
    one === undefined ? [] : [ms(one)],
  );
  return kept.length === 0 ? -Infinity : now - Math.min(...kept) + DAY_MS;
}
