import { describe, expect, test } from "vitest";
import { ConfigDocument, type ConfigInput } from "../../src/domain/config/config.ts";
import { asStored, readStored, withoutUnknown } from "../../src/domain/config/stored.ts";
import { exampleDesk, exampleDeskAsWritten } from "../support/desks.ts";
import fc from "../support/fast-check.ts";

const SMALL: ConfigInput = {
  desk: { name: "Desk" },
  groups: [{ id: "main", chatId: -1001234567890, prefix: "SUP" }],
  queues: [{ id: "general", group: "main" }],
  routing: { defaultQueue: "general" },
};

describe("a stored configuration", () => {
  test("has what was written and no default: a release that does not know the setting can read it", () => {
    const stored = asStored(ConfigDocument.parse(SMALL));
    expect(stored.desk).toEqual({ name: "Desk" });
    expect(stored).toMatchObject(SMALL);
    expect(JSON.stringify(stored)).not.toContain("groupCalls");
  });

  test("has every section, because the release before looks into them before it fills in any default", () => {
    const sections = Object.keys(ConfigDocument.parse(SMALL)).sort();
    expect(Object.keys(asStored(ConfigDocument.parse(SMALL))).sort()).toEqual(sections);
  });

  test("keeps what is not the default", () => {
    const desk = { name: "Desk", groupCalls: "learned", claimOnAnswer: false } as const;
    expect(asStored(ConfigDocument.parse({ ...SMALL, desk })).desk).toEqual(desk);
  });

  test.each([
    ["the smallest", SMALL],
    ["the example", exampleDesk()],
    ["the example as it is written", exampleDeskAsWritten()],
  ])("means the same: %s", (_what, document) => {
    const config = ConfigDocument.parse(document);
    expect(readStored(asStored(config))).toEqual(config);
    expect(readStored(JSON.parse(JSON.stringify(asStored(config))))).toEqual(config);
    // As the release before keeps it.
    expect(readStored(config)).toEqual(config);
  });
});

describe("settings of a later release", () => {
  const places = ["", "desk", "groups/0", "queues/1", "agents/0", "routing", "slaPolicies/0"];

  test("are left aside, wherever they stand; nothing else is", () => {
    fc.assert(
      fc.property(fc.subarray(places, { minLength: 1 }), fc.jsonValue(), (where, value) => {
        const document = exampleDesk();
        for (const place of where) {
          let at = document as unknown as Record<string, unknown>;
          for (const key of place.split("/").filter(Boolean)) at = at[key] as Record<string, unknown>;
          at["ofNextYear"] = value;
        }
        expect(readStored(document)).toEqual(ConfigDocument.parse(exampleDesk()));
        expect(withoutUnknown(document)).toEqual(exampleDesk());
      }),
    );
  });

  test("which change what a setting may be leave nothing to read", () => {
    expect(readStored({ ...SMALL, routing: { defaultQueue: ["general"], ofNextYear: 1 } })).toBeNull();
    expect(readStored(null)).toBeNull();
  });
});
