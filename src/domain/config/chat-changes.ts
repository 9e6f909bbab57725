import { places, problem, type ConfigProblem } from "./places.ts";

/** A group that a document connects with another chat than the one before did. */
export interface ChatChange {
  group: string;
  /** Where the new chat stands. */
  path: readonly (string | number)[];
  from: number;
}

/** Which groups get another chat: messages and topics of the former one are not there. */
export function chatChanges(before: unknown, after: unknown): ChatChange[] {
  const had = new Map(places(before, "groups/*").map(({ value }) => [idOf(value), chatOf(value)]));
  return places(after, "groups/*").flatMap(({ path, value }) => {
    const [group, chat] = [idOf(value), chatOf(value)];
    const from = group === null ? undefined : had.get(group);
    if (group === null || chat === null || typeof from !== "number" || from === chat) return [];
    return [{ group, path: [...path, "chatId"], from }];
  });
}

/** The consequences of such a change, for its author; `open`: the group's open tickets. */
export function chatChangeWarning({ group, path }: ChatChange, open: number): ConfigProblem {
  const tickets =
    open === 0 ? "no ticket is open" : open === 1 ? "1 open ticket gets" : `${open} open tickets get`;
  return problem(
    path,
    `${group} is connected with another chat: ${tickets}${open === 0 ? "" : " a new topic"}, and what is written in the former topics reaches nobody`,
  );
}

function idOf(group: unknown): string | null {
  const id = places(group, "id")[0]?.value;
  return typeof id === "string" ? id : null;
}

function chatOf(group: unknown): number | null {
  const chat = places(group, "chatId")[0]?.value;
  return typeof chat === "number" ? chat : null;
}
