import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigInput } from "../../domain/config/config.ts";
import type { Crm } from "../scenarios/crm.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { Stage, type Director } from "../scenarios/stage.ts";
import type { SandboxTelegram } from "../telegram/client.ts";
import type { HostedWorld } from "../telegram/hosted-world.ts";
import type { Playing } from "./feed.ts";
import type { SandboxTime } from "./time.ts";

/** Real time; the group's limit lets forty messages take some minutes. */
const PATIENCE_MS = 240_000;
/** Cuts a long wait short for people who watch: after this time the next due instant is brought forward. */
const IMPATIENT_AFTER_MS = 6_000;
/**
 * One step's waits bring forward this much of the sandbox's time at most. Where a busy machine is slow, the next due
 * instant may be days away: what the play has yet to show would be over by then.
 */
const BROUGHT_FORWARD_MAX_MS = 15 * 60_000;

export interface PlayerPorts {
  world: HostedWorld;
  telegram: SandboxTelegram;
  crm: Crm;
  config: ConfigInput;
  time: SandboxTime;
  tell: (playing: Playing) => void;
  /** How long people look at one thing. */
  paceMs: number;
}

/** Plays scenarios, one at a time, so that people can watch. */
export class Player {
  readonly #ports: PlayerPorts;
  #playing: Promise<void> | null = null;
  #stop = new AbortController();

  constructor(ports: PlayerPorts) {
    this.#ports = ports;
  }

  get isPlaying(): boolean {
    return this.#playing !== null;
  }

  /** Begins; what becomes of it is told. */
  begin(scenario: Scenario): void {
    this.#stop = new AbortController();
    this.#playing = this.#play(scenario, this.#stop.signal).finally(() => {
      this.#playing = null;
    });
  }

  async ended(): Promise<void> {
    await this.#playing;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#playing;
  }

  async #play(scenario: Scenario, stopped: AbortSignal): Promise<void> {
    const { telegram, config, time, tell } = this.#ports;
    const steps: Playing["steps"] = [];
    const say = (state: Playing["state"], why?: string): void =>
      tell({
        scenario: scenario.id,
        state,
        steps: steps.map((step) => ({ ...step })),
        endedAt: state === "playing" ? null : time.now(),
        ...(why === undefined ? {} : { why }),
      });
    say("playing");
    try {
      const director = this.#director(steps, () => say("playing"), stopped);
      await scenario.play(await Stage.open(telegram, config, director));
      say("done");
    } catch (error) {
      say("failed", stopped.aborted ? "stopped" : (error as Error).message);
    }
  }

  #director(steps: Playing["steps"], say: () => void, stopped: AbortSignal): Director {
    const { crm, time, paceMs } = this.#ports;
    const step = (what: string): { what: string; seen: boolean } => {
      const one = { what, seen: false };
      steps.push(one);
      say();
      return one;
    };
    const checkStopped = (): void => {
      if (stopped.aborted) throw new Error("stopped");
    };
    return {
      crm,
      pause: async () => {
        checkStopped();
        await sleep(paceMs, undefined, { signal: stopped });
      },
      until: async (what, look) => {
        const one = step(what);
        const found = await this.#until(what, look, checkStopped);
        one.seen = true;
        say();
        return found;
      },
      pass: (ms) => time.travel(time.now() + ms),
      seen: (what, holds) => {
        const one = step(what);
        if (!holds) throw new Error(`not seen: ${what}`);
        one.seen = true;
        say();
      },
    };
  }

  /** Looks again whenever something has changed. */
  async #until<T>(
    what: string,
    look: () => Promise<T | null | undefined | false>,
    checkStopped: () => void,
  ): Promise<T> {
    const { world, time } = this.#ports;
    const begin = performance.now();
    const latest = time.now() + BROUGHT_FORWARD_MAX_MS;
    for (;;) {
      checkStopped();
      const changed = this.#change(world);
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
      const waited = performance.now() - begin;
      if (waited > PATIENCE_MS) throw new Error(`never seen: ${what}`);
      if (waited > IMPATIENT_AFTER_MS) {
        const next = await time.nextDueAt();
        if (next !== null && next <= latest) await time.travel(next);
      }
      await changed;
    }
  }

  /** Resolves with the next change of the world, or soon anyway. */
  #change(world: HostedWorld): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        stop();
        clearTimeout(timer);
        resolve();
      };
      const stop = world.on(finish);
      const timer = setTimeout(finish, 500);
    });
  }
}
