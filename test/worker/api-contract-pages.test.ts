import { beforeAll, describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check.ts";
import { exampleDesk } from "../support/desks.ts";
import { ADMIN, emptyRecord, HttpDesk } from "../support/http-desk.ts";

const desk = new HttpDesk();
beforeAll(emptyRecord);

describe("the page about the contract", () => {
  test("is open to everyone, and lets nothing in from elsewhere", async () => {
    const answer = await desk.fetch("/api/docs");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("text/html; charset=UTF-8");
    expect(answer.headers.get("Content-Security-Policy")).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    const text = await answer.text();
    expect(text).not.toContain("<script");
    expect([...text.matchAll(/(?:src|href)="(?!#)([^"]*)"/g)].map(([, to]) => to).sort()).toEqual([
      "/api/docs/style.css",
      "/api/v1/config/schema.json",
      "/api/v1/openapi.json",
    ]);
    expect((await desk.fetch("/api/docs/style.css")).headers.get("Content-Type")).toContain("text/css");
  });

  test("shows every operation with its scope", async () => {
    const text = await (await desk.fetch("/api/docs")).text();
    const { paths } = await (
      await desk.fetch("/api/v1/openapi.json")
    ).json<{ paths: Record<string, Record<string, { operationId: string }>> }>();
    for (const { operationId } of Object.values(paths).flatMap((item) => Object.values(item))) {
      expect(text).toContain(`id="operation-${operationId}"`);
    }
  });

  test("is a page, for who takes pages", async () => {
    expect((await desk.fetch("/api/docs", { headers: { Accept: "application/json" } })).status).toBe(406);
    expect((await desk.fetch("/api/docs", { method: "POST", headers: ADMIN })).status).toBe(405);
  });
});

describe("the schema of a configuration", () => {
  test("is open to everyone and knows where it lies", async () => {
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

  test("may be named in the document itself", async () => {
    const document = { $schema: "http://desk/api/v1/config/schema.json", ...exampleDesk() };
    expect(checkConfig(document).problems).toEqual([]);
    expect((await desk.put(document)).status).toBe(200);
    expect(await (await desk.get("/api/v1/config")).json()).toEqual(document);
  });
});
