import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { version } from "../../package.json";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { PROBLEMS } from "../../src/http/problem.ts";
import { exampleDesk } from "../support/desks.ts";
import { ADMIN, emptyRecord, HttpDesk } from "../support/http-desk.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- a schema is any JSON
type Loose = any;

const desk = new HttpDesk();
beforeAll(emptyRecord);

describe("the page about the contract", () => {
  const POLICY =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  test("is open to everyone, and takes nothing but the desk's own files and contract", async () => {
    const answer = await desk.fetch("/api/docs");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("text/html; charset=UTF-8");
    expect(answer.headers.get("Content-Security-Policy")).toBe(POLICY);
    const text = await answer.text();
    expect(text).not.toMatch(/<script(?! src=)|<style| style=| on\w+=/);
    const parts = [...text.matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(([, to = ""]) => to);
    expect(parts.sort()).toEqual([
      "/api/docs/start.js",
      "/api/docs/swagger-ui-bundle.js",
      "/api/docs/swagger-ui.css",
      "/api/docs/theme.css",
      "/api/v1/openapi.json",
    ]);
    for (const part of parts) expect((await desk.fetch(part)).status).toBe(200);
  });

  test("its files say what they are, and are as guarded as everything else", async () => {
    const script = await desk.fetch("/api/docs/swagger-ui-bundle.js");
    expect(script.headers.get("Content-Type")).toContain("text/javascript");
    expect(script.headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(script.headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(script.headers.get("X-Content-Type-Options")).toBe("nosniff");
    const again = await desk.fetch("/api/docs/swagger-ui-bundle.js", {
      headers: { "If-None-Match": script.headers.get("ETag")! },
    });
    expect(again.status).toBe(304);
    expect((await script.text()).length).toBeGreaterThan(1_000_000);
    expect((await desk.fetch("/api/docs/nothing.js")).status).toBe(404);
    expect((await desk.fetch("/api/docs/..%2f..%2fwrangler.toml")).status).toBe(404);
    // The viewer's licence asks to travel with it.
    expect(await (await desk.fetch("/api/docs/LICENSE")).text()).toContain("Apache License");
  });

  test("has the typed client beside it, in one file that needs no other", async () => {
    const client = await desk.fetch("/api/docs/topicdesk-client.ts");
    expect([client.status, client.headers.get("Content-Type")]).toEqual([200, "text/plain; charset=utf-8"]);
    const text = await client.text();
    expect(text).toContain("export class Topicdesk ");
    expect(text).toContain("export interface Operations ");
    expect(text).not.toMatch(/^import /m);
  });

  test("says with every operation which scopes it needs", async () => {
    const { paths } = await (
      await desk.fetch("/api/v1/openapi.json")
    ).json<{ paths: Record<string, Record<string, { security?: object[]; description: string }>> }>();
    for (const { security = [], description } of Object.values(paths).flatMap((item) =>
      Object.values(item),
    )) {
      const scopes = security.flatMap((one) => Object.values(one as Record<string, string[]>).flat());
      for (const scope of scopes) expect(description).toContain(`\`${scope}\``);
      if (scopes.length === 0) expect(description).toContain("Needs no key.");
    }
  });

  test("is a page for callers that accept HTML", async () => {
    expect((await desk.fetch("/api/docs", { headers: { Accept: "application/json" } })).status).toBe(406);
    expect((await desk.fetch("/api/docs", { method: "POST", headers: ADMIN })).status).toBe(405);
  });
});

describe("a problem", () => {
  test("names a type whose description stands where it leads, and what was asked for", async () => {
    const answer = await desk.get("/api/v1/tickets/SUP-404?x=1");
    expect(await answer.json()).toMatchObject({
      code: "ticket.not_found",
      type: "http://desk/api/problems#ticket.not_found",
      instance: "/api/v1/tickets/SUP-404",
    });
  });

  test("has a place of its own on that page, whatever its code", async () => {
    const page = await desk.fetch("/api/problems");
    expect([page.status, page.headers.get("Content-Type")]).toEqual([200, "text/html; charset=UTF-8"]);
    const text = await page.text();
    for (const code of Object.keys(PROBLEMS)) expect(text).toContain(`<dt id="${code}">`);
  });
});

test("the contract has the version of the desk's package, and a description of each of its tags", async () => {
  const { info, tags, paths } = await (
    await desk.fetch("/api/v1/openapi.json")
  ).json<{
    info: { version: string };
    tags: { name: string }[];
    paths: Record<string, Record<string, { tags: string[] }>>;
  }>();
  expect(info.version).toBe(version);
  const used = Object.values(paths).flatMap((item) => Object.values(item).flatMap((one) => one.tags));
  expect([...new Set(used)].sort()).toEqual(tags.map(({ name }) => name).sort());
});

describe("the schema of a configuration", () => {
  test("tells editors what is wrong in the desk's own words, with examples", async () => {
    const schema = await (
      await desk.fetch("/api/v1/config/schema.json")
    ).json<{ properties: Record<string, Loose> }>();
    const { slaPolicies, groups, calendars, queues } = schema.properties;
    const target = slaPolicies.items.properties.targets.additionalProperties.properties.firstResponse;
    expect(target).toMatchObject({
      patternErrorMessage: expect.stringMatching(/^must be a duration in quotes such as/),
      examples: ["15m", "4h", "2d"],
    });
    expect(groups.items.properties.chatId.errorMessage).toMatch(/a negative number such as -100/);
    expect(calendars.items.properties.weekly.additionalProperties.items).toMatchObject({
      patternErrorMessage: expect.stringMatching(/^must be "HH:MM-HH:MM"/),
      examples: ["09:00-17:30"],
    });
    expect(calendars.items.properties.holidays.items.properties.date.examples).toEqual(["2026-12-31"]);
    expect(queues.items.properties.id).not.toHaveProperty("examples");
  });

  test("is open to everyone and has its own address", async () => {
    const answer = await desk.fetch("/api/v1/config/schema.json?x=1");
    expect(answer.headers.get("Content-Type")).toBe("application/schema+json");
    const schema = await answer.json<{ properties: object }>();
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "http://desk/api/v1/config/schema.json",
      type: "object",
      additionalProperties: false,
      required: ["desk", "groups", "queues", "routing"],
    });
    for (const section of Object.keys(exampleDesk())) expect(schema.properties).toHaveProperty(section);
  });

  test("describes every key but ids, names and dates", async () => {
    interface Schema {
      description?: string;
      properties?: Record<string, Schema>;
      items?: Schema;
      additionalProperties?: Schema | false;
      anyOf?: Schema[];
    }
    const unsaid: string[] = [];
    const walk = (schema: Schema, path: string): void => {
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        if (inner.description === undefined && !["id", "name", "date", "hours"].includes(key))
          unsaid.push(`${path}/${key}`);
        walk(inner, `${path}/${key}`);
      }
      if (schema.items !== undefined) walk(schema.items, `${path}/*`);
      if (typeof schema.additionalProperties === "object") walk(schema.additionalProperties, `${path}/*`);
      for (const form of schema.anyOf ?? []) walk(form, path);
    };
    walk(await (await desk.fetch("/api/v1/config/schema.json")).json<Schema>(), "");
    expect(unsaid).toEqual([]);
  });

  test.each<[string, (config: ConfigInput) => void]>([
    ["a duration in words", (config) => (config.desk.reopenWithin = "7 days")],
    ["a duration without its unit", (config) => (config.retention = { closedTickets: "90" })],
    ["an interval that is none", (config) => (config.calendars![0].weekly = { mon: ["9-17"] })],
    ["a key that nobody knows", (config) => Object.assign(config.queues[0], { colour: "red" })],
    [
      "a date that no calendar has",
      (config) => (config.calendars![0].holidays = [{ date: "2026-02-30", name: "?" }]),
    ],
  ])("refuses %s, as the desk does", async (_name, spoil) => {
    const schema = await (await desk.fetch("/api/v1/config/schema.json")).json();
    const editor = z.fromJSONSchema(schema as never);
    const config = exampleDesk();
    expect(editor.safeParse(config).success).toBe(true);
    spoil(config);
    expect([editor.safeParse(config).success, (await desk.put(config)).status]).toEqual([false, 422]);
  });

  test("may be named in the document itself", async () => {
    const document = { $schema: "http://desk/api/v1/config/schema.json", ...exampleDesk() };
    expect(checkConfig(document).problems).toEqual([]);
    expect((await desk.put(document)).status).toBe(200);
    expect(await (await desk.get("/api/v1/config")).json()).toEqual(document);
  });
});
