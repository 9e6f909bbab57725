import { expect, test } from "vitest";
import { refusalOf, type Asked } from "../../src/sandbox/telegram/http/own-requests.ts";

/* Whose requests the sandbox's ports serve. */

const PORT = 8788;
const asked = (differently: Partial<Asked>): Asked => ({
  host: "127.0.0.1:8788",
  origin: null,
  site: null,
  mode: null,
  ...differently,
});

test.each<Partial<Asked>>([
  {},
  { host: "localhost:8788" },
  { host: "LocalHost:8788" },
  { host: "[::1]:8788" },
  { origin: "http://127.0.0.1:8788" },
  { host: "localhost:8788", origin: "http://localhost:8788", site: "same-origin" },
  { site: "none", mode: "navigate" },
  // Node's own `fetch` says this much.
  { mode: "cors" },
])("programs and pages of this port are served: %j", (differently) => {
  expect(refusalOf(asked(differently), PORT)).toBeNull();
});

test.each<Partial<Asked>>([
  { host: null },
  { host: "" },
  { host: "evil.example:8788" },
  { host: "evil.example" },
  { host: "127.0.0.1:8787" },
  { host: "127.0.0.1" },
  { host: "127.0.0.1.evil.example:8788" },
  { host: "localhost.:8788" },
  { host: "127.0.0.1:8788@evil.example" },
  { host: "evil.example#127.0.0.1:8788" },
  { host: "127.0.0.2:8788" },
  { host: "2130706433:8788" },
  { host: "[::ffff:127.0.0.1]:8788" },
  { origin: "https://evil.example" },
  { origin: "http://evil.example:8788" },
  { origin: "https://127.0.0.1:8788" },
  { origin: "http://127.0.0.1:8787" },
  { origin: "http://localhost:8788" },
  { origin: "null" },
  { origin: "" },
  { site: "cross-site" },
  { site: "same-site" },
  { site: "cross-site", mode: "navigate" },
  { site: "anything new" },
  { site: "same-origin", origin: "https://evil.example" },
])("pages of another port or under another name are refused: %j", (differently) => {
  expect(refusalOf(asked(differently), PORT)).toMatchObject({ status: 403 });
});

test("the name is compared where the port is unknown", () => {
  expect(refusalOf(asked({ host: "localhost:4711" }), null)).toBeNull();
  expect(refusalOf(asked({ host: "evil.example:4711" }), null)).toMatchObject({ status: 403 });
});

test("at port 80 browsers do not say the port", () => {
  expect(refusalOf(asked({ host: "localhost", origin: "http://localhost" }), 80)).toBeNull();
});

test("a person who followed a link gets a page from which to go on", () => {
  const { headers, body } = refusalOf(asked({ site: "cross-site", mode: "navigate" }), PORT)!;
  expect(headers).toMatchObject({
    "content-type": expect.stringContaining("text/html"),
    "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
  });
  expect(body).toContain(`<a href="">`);
});
