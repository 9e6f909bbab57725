import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { Stage } from "../support/stage.ts";

/* A path or query names a ticket by its reference (SUP-1) or its id (main:1). */

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open({
    config: (config) => {
      promisesNothing(config);
      config.routing = { rules: [], defaultQueue: "general" };
      config.queues = [
        { id: "general", group: "main", assignment: "claim" },
        { id: "premium", group: "vip", assignment: "claim" },
      ];
    },
  });
  await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
});

const opens = async (queue: string): Promise<void> => {
  await stage.api("POST", "/api/v1/tickets", {
    contact: { telegramId: 601, name: "Bert" },
    message: "m",
    queue,
  });
  await stage.settle();
};
const act = async (name: string, command: object): Promise<Response> => {
  const answer = await stage.api("POST", `/api/v1/tickets/${name}/commands`, command);
  await stage.settle(5_000);
  return answer;
};

async function readPaths(): Promise<string[]> {
  const { paths } = await stage.get<{ paths: Record<string, object> }>("/api/v1/openapi.json");
  return Object.keys(paths).filter((path) => path.includes("/tickets/{ref}") && "get" in paths[path]);
}

/** Where what is shown by the id is not what is shown by the reference. */
async function differing(ref: string, id: string): Promise<string[]> {
  const paths = await readPaths();
  expect(paths.length).toBeGreaterThan(3);
  const found: string[] = [];
  for (const path of paths) {
    const byRef = JSON.stringify(await stage.get(path.replace("{ref}", ref)));
    for (const name of [id, id.toUpperCase(), encodeURIComponent(id)]) {
      const byId = JSON.stringify(await stage.get(path.replace("{ref}", name)));
      if (byId !== byRef) found.push(path.replace("{ref}", name));
    }
  }
  return found;
}

describe("a ticket's id does what its reference does", () => {
  test("names the ticket in every path that shows something of it", async () => {
    await opens("general");
    expect(await differing("SUP-1", "main:1")).toEqual([]);
  });

  test("names it in commands and legal holds", async () => {
    await opens("general");
    expect(await (await act("main:1", { type: "claim", agent: 9002 })).json()).toMatchObject({
      changed: true,
      ticket: { ref: "SUP-1", id: "main:1" },
    });
    expect((await stage.api("PUT", "/api/v1/tickets/main:1/legal-hold", { reason: "Court" })).status).toBe(
      200,
    );
    expect((await stage.api("DELETE", "/api/v1/tickets/SUP-1/legal-hold")).status).toBe(204);
  });

  test("names it in commands before the record has heard of it", async () => {
    await opens("general");
    await env.DB.prepare("DELETE FROM tickets").run();
    expect((await act("main:1", { type: "note", text: "Soon" })).status).toBe(200);
    expect((await act("main:01", { type: "note", text: "Another name" })).status).toBe(404);
  });

  test("names it in filters of lists: its escalations, its follow-ups, who changed it", async () => {
    await opens("general");
    await act("SUP-1", { type: "escalate", note: "Now" });
    await env.DB.prepare("UPDATE tickets SET follow_up_of = 'SUP-1'").run();
    for (const path of ["escalations?ticket=", "tickets?followUpOf=", "audit?target="]) {
      const byRef = await stage.get<{ items: object[] }>(`/api/v1/${path}SUP-1`);
      expect(byRef.items.length, path).toBeGreaterThan(0);
      expect(await stage.get(`/api/v1/${path}main:1`), path).toEqual(byRef);
      expect(await stage.get(`/api/v1/${path}Main:1`), path).toEqual(byRef);
    }
  });

  test("names it after it moved to another group, which has another number for it", async () => {
    await opens("general");
    await act("SUP-1", { type: "transfer", queue: "premium" });
    await stage.settle();
    expect(await stage.get("/api/v1/tickets/main:1")).toMatchObject({ ref: "SUP-1", group: "vip" });
    expect(await differing("SUP-1", "main:1")).toEqual([]);
    expect((await act("main:1", { type: "note", text: "Here" })).status).toBe(200);
  });

  test("names it after its group was removed and another took it over", async () => {
    await opens("premium");
    expect(await stage.get("/api/v1/tickets/vip:1")).toMatchObject({ ref: "VIP-1", group: "vip" });
    const put = await stage.api("PUT", "/api/v1/config?reassign=group:vip=main", {
      ...stage.config,
      groups: stage.config.groups.filter(({ id }) => id !== "vip"),
      queues: stage.config.queues.filter(({ group }) => group !== "vip"),
      agents: stage.config.agents!.map((agent) => ({ ...agent, groups: ["main"] })),
    });
    expect(put.status, await put.clone().text()).toBe(200);
    await stage.settle();
    expect(await stage.get("/api/v1/tickets/vip:1")).toMatchObject({ ref: "VIP-1", group: "main" });
    expect(await differing("VIP-1", "vip:1")).toEqual([]);
    expect((await act("vip:1", { type: "close" })).status).toBe(200);
  });

  test.each(["main:2", "main:", ":1", "nowhere:1", "main:1:1", "main:-1", "main:1%00", "main:1 "])(
    "%j names no ticket",
    async (name) => {
      await opens("general");
      for (const path of ["", "/events", "/sla", "/routing"]) {
        const answer = await stage.api("GET", `/api/v1/tickets/${encodeURIComponent(name)}${path}`);
        expect(answer.status).toBe(404);
      }
      expect((await act(encodeURIComponent(name), { type: "close" })).status).toBe(404);
    },
  );
});
