import type { Config, VersionedConfig } from "../domain/config/config.ts";
import { storedVersion } from "../domain/config/stored.ts";
import { errorFacts } from "../domain/error-facts.ts";
import { log } from "../log.ts";
import { queueSuccessors } from "../record/successors.ts";
import { orLate } from "../time-limit.ts";
import { GROUP_PATIENCE_MS, GROUPS_AT_ONCE_MAX } from "./limits.ts";

/** A group's object as the Worker sees it. */
export type GroupStub = ReturnType<Env["TOPIC_GROUP"]["getByName"]>;

/** What a group's object answered, or that it did not, or not in time. */
export type Answer<T> = { group: string; answer: T } | { group: string; unreachable: true };

/**
 * Asks several groups' objects, a few at a time, in their order. A group that fails does not keep the others from
 * answering.
 */
export async function askGroups<T>(
  env: Env,
  groups: readonly string[],
  ask: (stub: GroupStub, group: string) => PromiseLike<T>,
): Promise<Answer<T>[]> {
  const answers: Answer<T>[] = [];
  for (let start = 0; start < groups.length; start += GROUPS_AT_ONCE_MAX) {
    const few = groups.slice(start, start + GROUPS_AT_ONCE_MAX);
    answers.push(...(await Promise.all(few.map((group) => askGroup(env, group, ask)))));
  }
  return answers;
}

/** What several groups answered, in their order, and those that did not. */
export function gathered<T>(asked: readonly Answer<T>[]): { answers: T[]; unreachableGroups: string[] } {
  return {
    answers: asked.flatMap((one) => ("answer" in one ? [one.answer] : [])),
    unreachableGroups: asked.flatMap((one) => ("unreachable" in one ? [one.group] : [])),
  };
}

/** Calls one subject of an object's face. The reference ends with the call: an object that is referred to is not evicted. */
export async function onSubject<S extends object, T>(
  subject: S,
  call: (subject: S) => PromiseLike<T>,
): Promise<T> {
  try {
    return await call(subject);
  } finally {
    // The promise of a reference can be disposed of, too, which the types do not say.
    (subject as Partial<Disposable>)[Symbol.dispose]?.();
  }
}

/** Asks one group's object and does not wait for it for ever. */
export async function askGroup<T>(
  env: Env,
  group: string,
  ask: (stub: GroupStub, group: string) => PromiseLike<T>,
): Promise<Answer<T>> {
  try {
    const asked = Promise.resolve(ask(env.TOPIC_GROUP.getByName(group), group));
    return await orLate(
      GROUP_PATIENCE_MS,
      asked.then((answer) => ({ group, answer })),
      () => {
        log("warn", "group.late", { group });
        return { group, unreachable: true } as const;
      },
    );
  } catch (error) {
    log("error", "group.unreachable", { group, ...errorFacts(error) });
    return { group, unreachable: true };
  }
}

/**
 * Hands a configuration to the objects of all its groups. A group that is not reached learns it with its next update,
 * so a failed call is not awaited. Returns the groups that were not reached.
 */
export async function configureGroups(env: Env, versioned: VersionedConfig): Promise<string[]> {
  const successors = await queueSuccessors(env.DB);
  const stored = storedVersion(versioned);
  const answers = await askGroups(env, groupIds(versioned.config), (stub, group) =>
    stub.configure(group, stored, successors),
  );
  return gathered(answers).unreachableGroups;
}

/** Gives one object, which has an older configuration, this one. */
export async function configureGroup(env: Env, group: string, versioned: VersionedConfig): Promise<void> {
  const successors = await queueSuccessors(env.DB);
  await env.TOPIC_GROUP.getByName(group).configure(group, storedVersion(versioned), successors);
}

/**
 * The highest version that a group's object goes by. It is above the record's only where D1 was brought back to an
 * older day: an object takes no older version, so the next change has to be numbered above this.
 */
export async function newestConfigVersion(env: Env, groups: readonly string[]): Promise<number> {
  const answers = await askGroups(env, groups, (stub) => stub.configVersion());
  return Math.max(0, ...gathered(answers).answers);
}

export function groupIds(config: Config): string[] {
  return config.groups.map(({ id }) => id);
}

export function hasGroup(config: Config, group: string): boolean {
  return config.groups.some(({ id }) => id === group);
}
