import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import type { LocalDeskOptions } from "../../src/sandbox/desk/local-desk.ts";
import { until } from "../support/until.ts";

const TRIES_MAX = 5;

/** A desk in a process group of its own: what is killed is the runtime itself, with everything that belongs to it. */
export class KillableDesk {
  readonly url: string;
  readonly #options: LocalDeskOptions;
  #process: ChildProcess | null = null;

  private constructor(options: LocalDeskOptions) {
    this.#options = options;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  /**
   * A desk that is up. Another process may take its port between the look for a free one and the start: then another
   * one.
   */
  static async open(options: Omit<LocalDeskOptions, "port">): Promise<KillableDesk> {
    for (let tries = 1; ; tries += 1) {
      const port = await lastingPort();
      const desk = new KillableDesk({ ...options, port });
      try {
        await desk.#start();
        return desk;
      } catch (error) {
        if (tries === TRIES_MAX || (await isFree(port))) throw error;
      }
    }
  }

  /** Starts it again at its address; resolves when it answers. Another process on that port just then is waited for. */
  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#start();
      } catch (error) {
        if (tries === TRIES_MAX || (await isFree(this.#options.port))) throw error;
        await until("the port is free", () => isFree(this.#options.port));
      }
    }
  }

  async #start(): Promise<void> {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "desk-process.ts"), JSON.stringify(this.#options)],
      { detached: true, stdio: ["ignore", "ignore", "pipe", "ipc"] },
    );
    this.#process = child;
    let complaints = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    const gone = once(child, "exit").then(() => "gone" as const);
    if ((await Promise.race([once(child, "message"), gone])) === "gone")
      throw new Error(`the desk did not come up:\n${complaints}`);
  }

  /** The process group of the desk that runs now; null while it is down. */
  get processGroup(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Kills it at this very moment: no handler runs, nothing is flushed, no connection is closed properly. */
  strike(): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** Kills it, if it still lives, and resolves when nothing of it is left. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    this.strike();
    // The runtime is a grandchild, whose end is not reported: what it held is free when it is gone.
    await until("the process is gone", () => child.exitCode !== null || child.signalCode !== null);
    await until("the runtime is gone", async () => !(await isListening(this.#options.port)));
    this.#process = null;
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const probe = connect(port, "127.0.0.1");
    probe.once("error", () => tell(false));
    probe.once("connect", () => {
      probe.destroy();
      tell(true);
    });
  });
}

const PORTS = { from: 20_000, to: 30_000 };

/**
 * A port that the desk can come back to: below those that systems give to outgoing connections, so that it stays free
 * while the desk is down.
 */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const probe = createServer();
    probe.once("error", () => tell(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => tell(true)));
  });
}
