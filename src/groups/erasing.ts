import type { ContactId } from "../domain/contact/contact-id.ts";
import type { ErasureCounts } from "../domain/contact/erasure.ts";
import { signingRoot } from "../domain/desk/secrets.ts";
import { errorFacts } from "../domain/error-facts.ts";
import { log } from "../log.ts";
import { ConfigStore } from "../record/config-store.ts";
import { customerRoutesOf } from "../record/customer-routes.ts";
import { Erasures, type ErasureRow, type Outside } from "../record/erasures.ts";
import { LegalHolds } from "../record/legal-holds.ts";
import { pseudonymOf } from "../record/pseudonym.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { forgetDeletedWords } from "../record/search-index.ts";
import { askGroup, onSubject } from "./ask.ts";
import { ERASURE_OVER_AFTER_MS, ERASURE_SETTLE_MS, ERASURE_STEPS_MAX } from "./limits.ts";

type HereCounts = ErasureCounts["objects"];
type Topic = { group: string; topicId: number; is: "asked" | "deleted" | "renamed" | "left"; code?: string };

interface Pass {
  outside: Outside;
  /** Whether the pass went through every group and the record. */
  whole: boolean;
  found: boolean;
}

/**
 * Goes on with an erasure: every group's object first, which owns what it has, then the record. What was under way
 * between objects meanwhile may have come in after they were looked through, so it is over only when a later look finds
 * nothing, and Telegram has answered for the topics. Each step may be cut off and made again.
 */
export async function advanceErasure(env: Env, row: ErasureRow, now: number): Promise<ErasureRow> {
  const store = new Erasures(env.DB);
  const people = row.contacts ?? [];
  if (row.state === "done") return row;
  if ((await new LegalHolds(env.DB).over(people)).length > 0) {
    log("warn", "erasure.held", { id: row.id });
    await store.save(row.id, { nextAt: now + ERASURE_SETTLE_MS, passes: row.passes, removed: row.removed });
    return (await store.find(row.id)) ?? row;
  }
  const { outside, whole, found } = await pass(env, row, people, now);
  const passes = row.passes + (whole ? 1 : 0);
  const waitsForTelegram =
    outside.topics.asked > outside.topics.deleted + outside.topics.renamed + outside.topics.left.length;
  const isLate = now - row.requestedAt > ERASURE_OVER_AFTER_MS;
  const isOver = whole && !found && passes > 1 && (!waitsForTelegram || isLate);
  // The full text indexes let go last; if they have not yet, Cron goes on.
  if (isOver && (await forgetDeletedWords(env.DB))) {
    await store.end(row, outside, now);
    // The receipt has everything; an object that misses this keeps topic numbers and nothing else.
    for (const group of await new ConfigStore(env.DB).groupsEver())
      await askGroup(env, group, (stub) =>
        onSubject(stub.privacy(), (privacy) => privacy.endErasure(row.id)),
      );
    log("info", "erasure.done", { id: row.id });
  } else {
    const nextAt = whole && !isOver ? now + ERASURE_SETTLE_MS : now;
    await store.save(row.id, { nextAt, passes, removed: outside });
  }
  return (await store.find(row.id)) ?? row;
}

async function pass(env: Env, row: ErasureRow, people: ContactId[], now: number): Promise<Pass> {
  const objects: HereCounts = { customers: 0, tickets: 0, events: 0, messages: 0, deliveries: 0, other: 0 };
  const topics: Topic[] = [];
  let steps = 0;
  let whole = true;
  let found = false;
  for (const group of await new ConfigStore(env.DB).groupsEver()) {
    for (let more = true; more; steps += 1) {
      const asked = await askGroup(env, group, (stub) =>
        onSubject(stub.privacy(), (privacy) => privacy.erase(row.id, people)),
      );
      if ("unreachable" in asked) {
        whole = false;
        break;
      }
      const step = asked.answer;
      found ||= step.found;
      more = step.more && steps < ERASURE_STEPS_MAX;
      if (more) continue;
      whole &&= !step.more;
      for (const key of Object.keys(objects) as (keyof HereCounts)[]) objects[key] += step.removed[key];
      topics.push(...step.topics.map((topic) => ({ group, ...topic })));
    }
  }
  const named = await Promise.all(
    people.map(async (contact) => ({ contact, pseudonym: await pseudonymOf(contact, signingRoot(env)) })),
  );
  for (let more = true; more; steps += 1) {
    const step = await new Erasures(env.DB).erase(row.id, named, now);
    found ||= step.found;
    more = step.more && steps < ERASURE_STEPS_MAX;
    if (!more) whole &&= !step.more;
  }
  for (const person of people) customerRoutesOf(env.DB).forget(person);
  return { outside: { objects, topics: countsOf(topics) }, whole, found };
}

function countsOf(topics: readonly Topic[]): ErasureCounts["topics"] {
  const count = (is: Topic["is"]): number => topics.filter((topic) => topic.is === is).length;
  return {
    asked: topics.length,
    deleted: count("deleted"),
    renamed: count("renamed"),
    left: topics
      .filter(({ is }) => is === "left")
      .map(({ group, topicId, code = "unknown" }) => ({ group, topicId, code })),
  };
}

/** Goes on with the erasures that have something to do now. */
export async function advanceErasures(env: Env, now: number): Promise<void> {
  for (const row of await new Erasures(env.DB).due(now)) {
    try {
      await advanceErasure(env, row, now);
    } catch (error) {
      if (error instanceof RecordUnreachable) throw error;
      // An erasure that fails in our own code does not keep the others waiting.
      log("error", "erasure.failed", { id: row.id, ...errorFacts(error) });
    }
  }
}
