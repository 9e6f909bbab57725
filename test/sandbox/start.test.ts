import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { BadArgument, readArguments } from "../../src/sandbox/host/arguments.ts";
import { choosePorts, keepPorts, keptPorts, PortNotFree } from "../../src/sandbox/host/ports.ts";
import { AlreadyRunning, claim, runningOn, type Running } from "../../src/sandbox/host/running.ts";
import { sendJson } from "../../src/sandbox/telegram/http/bot-api.ts";
import { startTelegramSandbox } from "../../src/sandbox/telegram/server.ts";

/* How `npm start` begins: what it is told, at which ports, and whether it runs already. */

let statePath: string;
beforeEach(async () => {
  statePath = await mkdtemp(join(tmpdir(), "topicdesk-start-"));
});
afterEach(() => rm(statePath, { recursive: true, force: true }));

describe("the command line", () => {
  test.each([
    [[], {}, {}],
    [["--port", "9000"], {}, { page: 9000 }],
    [["--port=9000", "--desk-port=9100"], {}, { page: 9000, desk: 9100 }],
    [[], { PORT: "9000", DESK_PORT: "9100" }, { page: 9000, desk: 9100 }],
    [["--port", "9001"], { PORT: "9000" }, { page: 9001 }],
    [[], { PORT: "" }, {}],
  ])("%j with %j", (argv, env, ports) => {
    expect(readArguments(argv, env)).toEqual({ help: false, state: undefined, ports });
  });

  test.each([
    [["--port", "abc"], {}, '--port must be a number from 1 to 65535, not "abc".'],
    [["--port", ""], {}, '--port must be a number from 1 to 65535, not "".'],
    [["--port", "0"], {}, "from 1 to 65535"],
    [["--port", "65536"], {}, "from 1 to 65535"],
    [["--port", "80.5"], {}, "from 1 to 65535"],
    [["--port", "1e3"], {}, "from 1 to 65535"],
    [["--port=-1"], {}, "from 1 to 65535"],
    [["--port"], {}, "argument missing"],
    [[], { PORT: "http" }, 'PORT must be a number from 1 to 65535, not "http".'],
    [[], { DESK_PORT: "-2" }, 'DESK_PORT must be a number from 1 to 65535, not "-2".'],
    [["--port", "9000", "--desk-port", "9000"], {}, "cannot both be at 9000"],
    [["--prot", "9000"], {}, "Unknown option '--prot'."],
    [["9000"], {}, "Unexpected argument '9000'."],
  ])("%j with %j makes no sense, and is told why", (argv, env, why) => {
    expect(() => readArguments(argv, env)).toThrow(BadArgument);
    expect(() => readArguments(argv, env)).toThrow(why);
  });
});

async function held(port = 0): Promise<number> {
  const server: Server = createServer((socket) => socket.destroy());
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
  return (server.address() as { port: number }).port;
}

async function free(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address() as { port: number };
  await new Promise((closed) => probe.close(closed));
  return port;
}

describe("at which ports", () => {
  test("the ones of the last start are taken again, and nothing is said", async () => {
    const ports = { page: await free(), desk: await free() };
    keepPorts(statePath, ports);
    expect(await choosePorts({}, keptPorts(statePath))).toEqual({ ...ports, notes: [] });
  });

  test("names a port that another program has, and where that part of the sandbox is instead", async () => {
    const kept = { page: await held(), desk: await held() };
    const { page, desk, notes } = await choosePorts({}, kept);
    expect(new Set([page, desk, kept.page, kept.desk]).size).toBe(4);
    expect(notes).toEqual([
      `${kept.page} is taken by another program, so the page is at http://127.0.0.1:${page}.`,
      `${kept.desk} is taken by another program, so the desk is at http://127.0.0.1:${desk}.`,
    ]);
  });

  test("never takes another port than the one that was named without saying so", async () => {
    const taken = await held();
    for (const named of [{ page: taken }, { desk: taken }]) {
      await expect(choosePorts(named, null)).rejects.toThrow(PortNotFree);
      await expect(choosePorts(named, null)).rejects.toThrow(`${taken} is taken by another program`);
    }
    await expect(choosePorts({ page: 6000 }, null)).rejects.toThrow("browsers open no page at");
  });

  test("a named page has the desk one below, or near if that is taken", async () => {
    const page = await free();
    const one = await choosePorts({ page }, null);
    expect(one.page).toBe(page);
    if (one.notes.length === 0) expect(one.desk).toBe(page - 1);
    const taken = await held();
    const other = await choosePorts({ page: taken + 1 }, null).catch(() => null);
    expect(other?.desk).not.toBe(taken);
  });

  test("a damaged file is no reason not to start", async () => {
    for (const text of ["", "{", '{"page":"x"}', "null"]) {
      await writeFile(join(statePath, "ports.json"), text);
      expect(keptPorts(statePath)).toBeNull();
    }
  });
});

/** Something that answers at an address as a sandbox of this name would. */
async function answering(instance: string): Promise<Running> {
  const server = await startTelegramSandbox({
    beside: (_, response, { pathname }) => {
      if (pathname !== "/sandbox/instance") return false;
      sendJson(response, 200, { ok: true, result: instance });
      return true;
    },
  });
  onTestFinished(() => server.close());
  return { pid: process.pid, url: server.url, deskUrl: null, deskPid: null, instance };
}

/** A number that no process has any more. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((ended) => child.once("exit", ended));
  return child.pid!;
}

describe("whether it runs already", () => {
  const lockOf = (): Promise<string> => readFile(join(statePath, "running.json"), "utf8");

  test("a second start is told where the first one is, and changes nothing", async () => {
    const first = await answering("first");
    const lock = await claim(statePath, first);
    lock.update({ ...first, deskUrl: "http://127.0.0.1:9" });
    expect(await runningOn(statePath)).toEqual({ ...first, deskUrl: "http://127.0.0.1:9" });
    await expect(claim(statePath, await answering("second"))).rejects.toThrow(AlreadyRunning);
    await expect(claim(statePath, await answering("second"))).rejects.toThrow(first.url);
    expect(JSON.parse(await lockOf())).toMatchObject({ instance: "first" });
    lock.release();
    expect(await runningOn(statePath)).toBeNull();
    await claim(statePath, await answering("third"));
  });

  test.each<[string, () => Promise<unknown>]>([
    ["of a dead process", async () => ({ ...(await answering("first")), pid: await deadPid() })],
    [
      "whose process number is another program's now",
      async () => ({
        pid: process.pid,
        url: `http://127.0.0.1:${await free()}`,
        deskUrl: null,
        instance: "x",
      }),
    ],
    [
      "at whose address another sandbox answers",
      async () => ({ ...(await answering("of another checkout")), instance: "first" }),
    ],
    ["that somebody has spoilt", async () => ({ pid: "who knows" })],
  ])("a lock %s is taken over", async (_, stale) => {
    await writeFile(join(statePath, "running.json"), JSON.stringify(await stale()));
    expect(await runningOn(statePath)).toBeNull();
    await claim(statePath, await answering("next"));
    expect(JSON.parse(await lockOf())).toMatchObject({ instance: "next" });
  });

  test("starts one of many that begin at once over a dead one's lock", async () => {
    await writeFile(join(statePath, "running.json"), "{");
    const all = await Promise.all(Array.from({ length: 8 }, (_, index) => answering(`number ${index}`)));
    const claims = await Promise.allSettled(all.map((one) => claim(statePath, one)));
    const taken = claims.flatMap(({ status }, index) => (status === "fulfilled" ? [`number ${index}`] : []));
    expect(taken).toHaveLength(1);
    expect(JSON.parse(await lockOf())).toMatchObject({ instance: taken[0] });
  });

  test("keeps the next one's lock when a sandbox that was taken over ends", async () => {
    const first = await claim(statePath, {
      ...(await answering("first")),
      url: `http://127.0.0.1:${await free()}`,
    });
    await claim(statePath, await answering("next"));
    first.update({ ...(await answering("first")), deskUrl: "http://127.0.0.1:9" });
    first.release();
    expect(JSON.parse(await lockOf())).toMatchObject({ instance: "next" });
  });
});

/** `npm start`, until it is ready; with what it printed. */
function npmStart(...args: string[]) {
  const child = spawn(process.execPath, [resolve("src/sandbox/start.ts"), "--state", statePath, ...args], {
    env: { ...process.env, NO_COLOR: "1", PORT: "" },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => (said += String(part)));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    child,
    ended,
    async until(words: string | RegExp): Promise<string> {
      for (;;) {
        const found = new RegExp(words).exec(said);
        if (found) return found[0];
        const isOver = await Promise.race([
          ended.then(() => true),
          new Promise<false>((next) => child.stdout.once("data", () => next(false))),
        ]);
        if (isOver && !new RegExp(words).test(said)) throw new Error(`it ended and said: ${said}`);
      }
    },
    get said() {
      return said;
    },
  };
}

test("npm start runs once, and after any end is at the same addresses, with no process left of the last one", async () => {
  const [page, desk] = [await free(), await free()];
  const tokenAt = async (): Promise<string> =>
    /name="sandbox-token" content="([^"]{30,})"/.exec(
      await (await fetch(`http://127.0.0.1:${page}/`)).text(),
    )![1];
  const first = npmStart("--port", String(page), "--desk-port", String(desk));
  await first.until("A short conversation");
  const token = await tokenAt();

  const second = npmStart();
  expect(await second.ended).toBe(0);
  expect(second.said).toContain(`already running at http://127.0.0.1:${page}/ (process ${first.child.pid})`);
  expect(second.said).toContain(`export DESK=http://127.0.0.1:${desk}`);

  // The desk's runtime is a process of its own, and would go on with the same database.
  first.child.kill("SIGKILL");
  await first.ended;
  const again = npmStart();
  await again.until("Ctrl-C");
  expect(again.said).not.toContain("is taken");
  expect(again.said).toContain(`http://127.0.0.1:${page}/`);
  expect(again.said).toContain(`export DESK=http://127.0.0.1:${desk}`);
  expect(await tokenAt()).not.toBe(token);
  expect(first.said + second.said).not.toContain(token);
  expect(again.said).not.toContain(await tokenAt());
  again.child.kill("SIGTERM");
  expect(await again.ended).toBe(0);
  expect(await runningOn(statePath)).toBeNull();
}, 120_000);

test("npm start with what makes no sense, or at a port that is taken, says so in a line and starts nothing", async () => {
  const taken = await held();
  for (const [args, why] of [
    [["--port", "abc"], '--port must be a number from 1 to 65535, not "abc".'],
    [["--port", String(taken)], `${taken} is taken by another program`],
  ] as const) {
    const start = npmStart(...args);
    expect(await start.ended).toBe(1);
    expect(start.said.trim().split("\n")).toHaveLength(1);
    expect(start.said).toContain(why);
  }
});
