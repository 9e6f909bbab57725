import { describe, expect, test } from "vitest";
import { deskOrigin, webhookPlace, type KnownPlaces } from "../../src/domain/desk/address.ts";
import { signingRoot, telegramSecrets } from "../../src/domain/desk/secrets.ts";

const [HERE, OLD, ELSEWHERE] = ["https://new.example/w", "https://old.example/w", "https://else.example/w"];
const nothing: KnownPlaces = { kept: null, seen: null, failed: null };
const at = (url: string, seconds: number) => ({ url, at: seconds * 1_000 });

describe("where Telegram should send updates", () => {
  test.each<[string, Partial<KnownPlaces>, string, string | null, string | null]>([
    ["a desk that knows nothing leaves it", {}, ELSEWHERE, null, null],
    [
      "what was set decides, not where updates came",
      { kept: at(HERE, 5), seen: at(OLD, 1) },
      OLD,
      HERE,
      null,
    ],
    ["so it does while updates come by a tunnel", { kept: at(HERE, 5), seen: at(OLD, 9) }, HERE, HERE, null],
    ["nobody else keeps the webhook", { kept: at(HERE, 5), seen: at(HERE, 1) }, ELSEWHERE, HERE, null],
    ["nor does nobody", { kept: at(HERE, 5), seen: at(OLD, 9) }, "", HERE, null],
    [
      "where updates do come is left",
      { kept: at(HERE, 5), seen: at(OLD, 9) },
      OLD,
      HERE,
      "updates_come_there",
    ],
    [
      "a dead address is not put back",
      { kept: at(HERE, 5), seen: at(OLD, 9), failed: at(HERE, 7) },
      "",
      OLD,
      null,
    ],
    [
      "what failed before it was set again is no sign",
      { kept: at(HERE, 5), seen: at(OLD, 9), failed: at(HERE, 4) },
      "",
      HERE,
      null,
    ],
    [
      "a desk of before guesses nothing while updates go elsewhere",
      { seen: at(OLD, 1) },
      HERE,
      OLD,
      "address_unknown",
    ],
    ["and sets a webhook that is gone", { seen: at(OLD, 1) }, "", OLD, null],
    ["and leaves one that is right", { seen: at(OLD, 1) }, OLD, OLD, null],
  ])("%s", (_name, known, current, expected, left) => {
    expect(webhookPlace({ ...nothing, ...known }, current)).toEqual({ expected, left });
  });
});

test("an address is one that Telegram can call", () => {
  const origin = (address: string): string | null => deskOrigin(address, false);
  expect(origin("https://desk.example.com")).toBe("https://desk.example.com");
  expect(origin("https://Desk.example.com/")).toBe("https://desk.example.com");
  expect(origin("https://desk.example.com:8443")).toBe("https://desk.example.com:8443");
  for (const address of [
    "",
    "desk.example.com",
    "http://desk.example.com",
    "https://desk.example.com/telegram/webhook",
    "https://desk.example.com/?a=1",
    "https://user:pass@desk.example.com",
    "http://127.0.0.1:8787",
    "https://localhost",
    "ftp://desk.example.com",
  ])
    expect(origin(address), address).toBeNull();
  expect(deskOrigin("http://127.0.0.1:8787", true)).toBe("http://127.0.0.1:8787");
  expect(deskOrigin("http://desk.example.com", true)).toBeNull();
});

test("what Telegram presents and what signs for others are two secrets, and one on a desk of before", () => {
  const before = { WEBHOOK_SECRET: "w", TELEGRAM_SECRET: "", SIGNING_ROOT: "" };
  expect([telegramSecrets(before), signingRoot(before)]).toEqual([["w"], "w"]);
  const rotating = { ...before, TELEGRAM_SECRET_NEXT: "n" };
  expect([telegramSecrets(rotating), signingRoot(rotating)]).toEqual([["n", "w"], "w"]);
  const rotated = { ...before, TELEGRAM_SECRET: "n" };
  expect([telegramSecrets(rotated), signingRoot(rotated)]).toEqual([["n"], "w"]);
  const fresh = { TELEGRAM_SECRET: "t", SIGNING_ROOT: "r" };
  expect([telegramSecrets(fresh), signingRoot(fresh)]).toEqual([["t"], "r"]);
  expect(telegramSecrets({})).toEqual([]);
});
