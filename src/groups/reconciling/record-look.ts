import type { Census, Finding } from "../../domain/reconciliation.ts";
import { askGroup } from "../ask.ts";
import type { Look } from "./look.ts";

/** Compares the record with every group's object; what differs is told it again. */
export async function lookAtRecord(look: Look): Promise<Finding[]> {
  return (await Promise.all(look.groups.map((group) => differences(look, group)))).flat();
}

/** The record lags by moments: only an object that has told it everything is compared, and looked at on both sides of it. */
async function differences({ env, store }: Look, group: string): Promise<Finding[]> {
  const first = await askGroup(env, group, (stub) => stub.census());
  if ("unreachable" in first) return [{ kind: "group.unreachable", group, mended: false }];
  if (first.answer === null || first.answer.unrecorded > 0) return [];
  const record = await store.census(group);
  const again = await askGroup(env, group, (stub) => stub.census());
  if ("unreachable" in again || again.answer === null) return [];
  const object: Census = { tickets: first.answer.tickets, versions: first.answer.versions };
  const moved = again.answer.versions !== object.versions || again.answer.unrecorded > 0;
  if (moved || (object.tickets === record.tickets && object.versions === record.versions)) return [];
  const told = await askGroup(env, group, (stub) => stub.reproject());
  return [{ kind: "record.differs", group, object, record, mended: !("unreachable" in told) }];
}
