import { describe, expect, it } from "vitest";
import type { TelegramFailure } from "../../src/sandbox/telegram/errors.ts";
import { failures, uncataloguedFailures } from "../../src/sandbox/telegram/errors.ts";
import catalogue from "../support/telegram/errors.json" with { type: "json" };

type Make = (...given: never[]) => TelegramFailure;

/** Every refusal that the sandbox can utter, made with arguments that fit anywhere. */
function uttered(from: Record<string, Make>): [name: string, failure: TelegramFailure][] {
  const samples: Record<string, unknown[]> = {
    retryAfter: [35],
    chatUpgraded: [-1001234567890],
    kicked: ["supergroup"],
    notMember: ["channel"],
    notEnoughRightsToSend: ["photos"],
  };
  return Object.entries(from).map(([name, make]) => [
    name,
    (make as (...given: unknown[]) => TelegramFailure)(...(samples[name] ?? ["x"])),
  ]);
}

function entryFor({ code, description }: TelegramFailure) {
  return catalogue.errors.find(
    (entry) => entry.code === code && new RegExp(entry.match, "i").test(description),
  );
}

describe("what the sandbox refuses with", () => {
  it.each(uttered(failures))("%s stands in the catalogue of Telegram's errors", (_name, failure) => {
    expect(entryFor(failure)).toBeDefined();
  });

  it.each(uttered(failures).filter(([, { parameters }]) => parameters))(
    "%s carries the parameters that the catalogue names",
    (_name, failure) => {
      const named = Object.keys(entryFor(failure)?.parameters ?? {});
      expect(Object.keys(failure.parameters ?? {})).toEqual(named);
    },
  );

  it.each(["kicked", "notMember"] as const)("%s knows all kinds of chats that can be left", (name) => {
    for (const chat of ["group", "supergroup", "channel"]) {
      expect(entryFor(failures[name](chat))).toBeDefined();
    }
  });

  it.each([
    "text messages",
    "photos",
    "videos",
    "music",
    "documents",
    "voice notes",
    "video notes",
    "stickers",
    "animations",
    "locations",
    "venues",
    "contacts",
    "polls",
    "dice",
  ])("a missing right to send %s is put as Telegram puts it", (what) => {
    expect(entryFor(failures.notEnoughRightsToSend(what))?.class).toBe("config");
  });

  it.each(uttered(uncataloguedFailures))(
    "%s is kept apart only because the catalogue lacks it",
    (_name, failure) => {
      expect(entryFor(failure)).toBeUndefined();
      expect(failure.description).toMatch(/^Bad Request: \S/);
    },
  );
});
