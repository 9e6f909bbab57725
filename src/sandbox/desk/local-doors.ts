import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
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

/** What the sandbox's host asks of the local desk, and nobody can ask of a deployed one. */
export function localDoors(desk: ExportedHandler<Env>) {
  return (
    new Hono<{ Bindings: Env }>()
      .use(bearerAuth({ verifyToken: (token, c) => token === (c.env as Env).ADMIN_TOKEN }))
      .get("/sandbox/groups/:id/watch", (c) => group(c.env, c.req.param("id")).fetch(c.req.raw))
      .get("/sandbox/groups/:id/standing", async (c) =>
        c.json(await group(c.env, c.req.param("id")).standing()),
      )
      .get("/sandbox/groups/:id/tickets/:number", async (c) => {
        const inside = (await group(c.env, c.req.param("id")).ticketInside(
          Number(c.req.param("number")),
        )) as TicketInside | null;
        return inside === null ? c.body(null, 404) : c.json(inside);
      })
      .put("/sandbox/clock", async (c) => {
        const { offsetMs, groups } = await c.req.json<{ offsetMs: number; groups: string[] }>();
        localClock.offsetMs = offsetMs;
        await Promise.all(groups.map((id) => group(c.env, id).clockTurned()));
        return c.body(null, 204);
      })
      .put("/sandbox/record", async (c) => {
        localFaults.recordDown = (await c.req.json<{ down: boolean }>()).down;
        return c.body(null, 204);
      })
      // The platform's minute, by the desk's clock.
      .post("/sandbox/scheduled", async (c) => {
        const scheduledTime = Math.floor(localClock.now() / 60_000) * 60_000;
        await desk.scheduled?.(
          { scheduledTime, cron: "* * * * *", noRetry: () => undefined },
          { ...c.env, DB: breakable(c.env.DB) },
          c.executionCtx as ExecutionContext,
        );
        return c.body(null, 204);
      })
  );
}
