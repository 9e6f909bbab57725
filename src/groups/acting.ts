import type { Config, VersionedConfig } from "../domain/config/config.ts";
import type { ApiCaller } from "../domain/desk/audit.ts";
import type { Executed, ProgramAct } from "../domain/ticket/work-order.ts";
import type { TicketRow } from "../record/queries.ts";
import { ticketPlace } from "../record/ticket-place.ts";
import { askGroup, configureGroup, hasGroup, type GroupStub, onSubject } from "./ask.ts";
import { retireGroup } from "./retiring.ts";

/** Groups that a ticket may go through while it is looked for. */
const HOPS_MAX = 5;

/** What a group's object answered, or why there is no answer. */
export type Answered = Executed<TicketRow> | { status: "unreachable" | "forgotten" | "moving" };

/**
 * Does something to a ticket and follows it where it has moved meanwhile. A ticket's name says in which group it was opened, and
 * nearly always that group has it: it is asked first, and the record only of a ticket that it does not know.
 */
export async function actOnTicket(
  env: Env,
  name: string,
  act: ProgramAct,
  { cause, caller }: { cause: string; caller: ApiCaller },
  versioned: VersionedConfig,
): Promise<Answered | null> {
  const { config, version } = versioned;
  const ref = name.includes(":") ? null : name.toUpperCase();
  const ask = (group: string, id: string): Promise<Answered> =>
    askConfigured(env, group, versioned, (stub) =>
      onSubject(stub.tickets(), async (tickets) => tickets.act(cause, caller, id, act, version, ref)),
    );
  const home = homeByName(name, config);
  let done = home === null ? null : await ask(home.group, home.id);
  const isFound = done !== null && done.status !== "unknown" && done.status !== "unreachable";
  const place = isFound ? { ...home!, closed: false } : await ticketPlace(env.DB, name);
  if (place === null) return done?.status === "unreachable" ? done : null;
  if (place.group !== home?.group || place.id !== home.id) done = null;
  let { group } = place;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    // A group that was taken out hands over what it has, and says where that is.
    if (!hasGroup(config, group)) await retireGroup(env, group, versioned);
    done ??= await ask(group, place.id);
    // Closed tickets are forgotten by their group before they are by the record; others may still be on their way there.
    if (done.status === "unknown" && place.closed) return { status: "forgotten" };
    if (done.status === "unknown" || (done.status === "refused" && done.refused.code === "ticket.moved"))
      return { status: "moving" };
    if (done.status !== "elsewhere") return done;
    ({ group } = done);
    done = null;
  }
  return { status: "moving" };
}

/** The group whose prefix or id a ticket's name bears, and the ticket's id there; null if no group of the desk has it. */
function homeByName(name: string, config: Config): { id: string; group: string } | null {
  const [, group, sign, digits] = /^(.+)([-:])([1-9]\d{0,14})$/.exec(name) ?? [];
  const home = config.groups.find(({ id, prefix }) =>
    sign === ":" ? id === group?.toLowerCase() : prefix === group?.toUpperCase(),
  );
  return home === undefined ? null : { id: `${home.id}:${digits}`, group: home.id };
}

/** Asks a group's object; one that has an older configuration is given ours first. */
export async function askConfigured(
  env: Env,
  group: string,
  versioned: VersionedConfig,
  ask: (stub: GroupStub) => PromiseLike<Executed<TicketRow>>,
): Promise<Answered> {
  const asked = await askGroup(env, group, async (stub) => {
    const first = await ask(stub);
    if (first.status !== "config_needed") return first;
    await configureGroup(env, group, versioned);
    return ask(stub);
  });
  return "unreachable" in asked ? { status: "unreachable" } : asked.answer;
}
