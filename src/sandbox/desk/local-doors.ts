import { Hono, type Context } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { DOORS, type Door } from "./door-names.ts";
import type { TicketInside } from "./inside.ts";
import { localClock } from "./local-clock.ts";
import { breakable, localFaults } from "./local-faults.ts";

export const LOCAL_DOORS = "/sandbox/";

/** A topic group's object, as the local doors see it. */
export interface LocalGroup extends Rpc.DurableObjectBranded {
  fetch(request: Request): Response | Promise<Response>;
  standing(): Standing;
  ticketInside(number: number): TicketInside | null;
  clockTurned(): void;
}

/** When an object wakes by its own clock, and whether it is at work. */
export interface Standing {
  wakeAt: number | null;
  busy: boolean;
}

function group(env: Env, id: string): DurableObjectStub<LocalGroup> {
  return env.TOPIC_GROUP.getByName(id) as unknown as DurableObjectStub<LocalGroup>;
}

interface LocalDoorsEnv extends Env {
  /** Made anew at every start, and known to the host only. */
  LOCAL_DOORS_TOKEN?: string;
}

type Serve = (c: Context<{ Bindings: LocalDoorsEnv }>) => Promise<Response> | Response;

/** Requests that the sandbox's host may make of the local desk; a deployed desk has none of them. */
export function localDoors(desk: ExportedHandler<Env>) {
  const doors: Record<Door, Serve> = {
    "GET groups/:id/watch": (c) => group(c.env, param(c, "id")).fetch(c.req.raw),
    "GET groups/:id/standing": async (c) => c.json(await group(c.env, param(c, "id")).standing()),
    "GET groups/:id/tickets/:number": async (c) => {
      const number = Number(param(c, "number"));
      const inside = (await group(c.env, param(c, "id")).ticketInside(number)) as TicketInside | null;
      return inside === null ? c.body(null, 404) : c.json(inside);
    },
    "PUT clock": async (c) => {
      const { offsetMs, groups } = await c.req.json<{ offsetMs: number; groups: string[] }>();
      localClock.offsetMs = offsetMs;
      await Promise.all(groups.map((id) => group(c.env, id).clockTurned()));
      return c.body(null, 204);
    },
    "PUT record": async (c) => {
      localFaults.recordDown = (await c.req.json<{ down: boolean }>()).down;
      return c.body(null, 204);
    },
    // The platform's minute, by the desk's clock.
    "POST scheduled": async (c) => {
      const scheduledTime = Math.floor(localClock.now() / 60_000) * 60_000;
      await desk.scheduled?.(
        { scheduledTime, cron: "* * * * *", noRetry: () => undefined },
        { ...c.env, DB: breakable(c.env.DB) },
        c.executionCtx as ExecutionContext,
      );
      return c.body(null, 204);
    },
  };
  const app = new Hono<{ Bindings: LocalDoorsEnv }>().use(
    bearerAuth({
      verifyToken: (token, c) => token === (c.env as LocalDoorsEnv).LOCAL_DOORS_TOKEN,
    }),
  );
  for (const door of DOORS) {
    const [method, path] = door.split(" ") as [string, string];
    app.on(method, `${LOCAL_DOORS}${path}`, doors[door]);
  }
  return app;
}

function param(c: Context, name: string): string {
  return c.req.param(name) ?? "";
}
