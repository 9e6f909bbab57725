import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { endOrphan } from "../desk/workerd.ts";

/** What the lock file of a sandbox that runs says. */
const Running = z.object({
  pid: z.int().positive(),
  url: z.url(),
  deskUrl: z.url().nullable(),
  /** The process of the desk's runtime, which outlives the sandbox's own if that is killed. */
  deskPid: z.int().positive().nullable().default(null),
  /** Made anew at every start, so that an answer at the address is known to come from the same sandbox. */
  instance: z.string().min(1),
});
/** What its address answers when it is asked which start it is. */
const Answer = z.object({ result: z.string() });
export type Running = z.output<typeof Running>;

export const INSTANCE_PATH = "/sandbox/instance";
const ANSWER_TIMEOUT_MS = 3_000;

/** The sandbox runs already in the same place. */
export class AlreadyRunning extends Error {
  readonly running: Running;

  constructor(running: Running) {
    super(`the sandbox is already running at ${running.url}`);
    this.running = running;
  }
}

/**
 * The sandbox that runs on this state, if one does. The process in the lock file may be dead, and its number another
 * program's by now; so the address is asked.
 */
export async function runningOn(statePath: string): Promise<Running | null> {
  const lock = readLock(statePath);
  return lock?.running !== undefined && (await answers(lock.running)) ? lock.running : null;
}

/** Ends the desk of a sandbox that was killed, which would go on writing to the same database. */
export async function endLeftDesk(statePath: string): Promise<void> {
  const { running } = readLock(statePath) ?? {};
  if (running !== undefined && running.deskPid !== null && !(await answers(running))) {
    await endOrphan(running.deskPid, process.pid);
  }
}

/** Takes the state for a sandbox that listens already. Throws AlreadyRunning. Answers how to tell more, and to let go. */
export async function claim(
  statePath: string,
  running: Running,
): Promise<{ update: (running: Running) => void; release: () => void }> {
  mkdirSync(statePath, { recursive: true });
  for (;;) {
    if (create(statePath, running)) break;
    const lock = readLock(statePath);
    if (lock === null) continue;
    if (lock.running !== undefined && (await answers(lock.running))) throw new AlreadyRunning(lock.running);
    await endLeftDesk(statePath);
    takeAway(statePath, lock.text, running.instance);
  }
  const isOurs = (): boolean => readLock(statePath)?.running?.instance === running.instance;
  return {
    update(told) {
      if (!isOurs()) return;
      const path = lockPath(statePath);
      writeFileSync(`${path}.new`, JSON.stringify(told));
      renameSync(`${path}.new`, path);
    },
    release() {
      if (isOurs()) rmSync(lockPath(statePath), { force: true });
    },
  };
}

function lockPath(statePath: string): string {
  return join(statePath, "running.json");
}

/** False if there is one already. Never half a file. */
function create(statePath: string, running: Running): boolean {
  const path = lockPath(statePath);
  const own = `${path}.${running.instance}`;
  writeFileSync(own, JSON.stringify(running));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a stale lock. Another start may do the same: its new lock is put back. */
function takeAway(statePath: string, text: string, instance: string): void {
  const path = lockPath(statePath);
  const aside = `${path}.${instance}.stale`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== text) linkSync(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes(String((error as NodeJS.ErrnoException).code))) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readLock(statePath: string): { text: string; running: Running | undefined } | null {
  let text: string;
  try {
    text = readFileSync(lockPath(statePath), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    return { text, running: Running.safeParse(JSON.parse(text)).data };
  } catch {
    return { text, running: undefined };
  }
}

async function answers({ pid, url, instance }: Running): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    const answer = await fetch(`${url}${INSTANCE_PATH}`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return answer.ok && Answer.safeParse(await answer.json()).data?.result === instance;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process lives, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
