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

/** Does something to a ticket: finds it where the record, or its name, says, and follows it where it has moved meanwhile. */
export async function actOnTicket(
  env: Env,
  name: string,
  act: ProgramAct,
  { cause, caller }: { cause: string; caller: ApiCaller },
  versioned: VersionedConfig,
): Promise<Answered | null> {
  const { config, version } = versioned;
  const place = (await ticketPlace(env.DB, name)) ?? (await placeByName(env, name, config));
  if (place === null || place === "unreachable") return place === null ? null : { status: "unreachable" };
  const isClosed = "closed" in place && place.closed;
  let { group } = place;
  let isMoving = false;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    // A group that was taken out hands over what it has, and says where that is.
    if (!hasGroup(config, group)) await retireGroup(env, group, versioned);
    const done = await askConfigured(env, group, versioned, (stub) =>
      onSubject(stub.tickets(), async (tickets) => tickets.act(cause, caller, place.id, act, version)),
    );
    // Closed tickets are forgotten by their group before they are by the record; others may still be on their way there.
    if (done.status === "unknown" && isClosed) return { status: "forgotten" };
    if (done.status === "unknown" || (done.status === "refused" && done.refused.code === "ticket.moved")) {
      isMoving = true;
      break;
    }
    if (done.status !== "elsewhere") return done;
    isMoving = true;
    group = done.group;
  }
  return { status: isMoving ? "moving" : "unreachable" };
}

/** The record lags by moments: a ticket that it does not know yet is asked of the group whose prefix or id it bears. */
async function placeByName(
  env: Env,
  name: string,
  config: Config,
): Promise<{ id: string; group: string } | "unreachable" | null> {
  const [, group, sign, digits] = /^(.+)([-:])([1-9]\d{0,14})$/.exec(name) ?? [];
  const named = config.groups.find(({ id, prefix }) =>
    sign === ":" ? id === group?.toLowerCase() : prefix === group?.toUpperCase(),
  );
  if (named === undefined || digits === undefined) return null;
  const asked = await askGroup(env, named.id, (stub) =>
    onSubject(stub.tickets(), (tickets) => tickets.placeOf(Number(digits))),
  );
  return "unreachable" in asked ? "unreachable" : asked.answer;
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
