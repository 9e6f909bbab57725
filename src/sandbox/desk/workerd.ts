import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const LOOK_EVERY_MS = 50;
const ENDS_WITHIN_MS = 5_000;

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** The runtimes that this process has started, by their numbers; none where there is no `ps`. */
export async function ownRuntimes(): Promise<number[]> {
  return (await processes())
    .filter(({ parent, command }) => parent === process.pid && isRuntime(command))
    .map(({ pid }) => pid);
}

/**
 * Ends a runtime that outlived the process that had started it (`kill -9`, out of memory): it still has the port and the
 * database open. The number may be another program's by now.
 */
export async function endOrphan(pid: number, startedBy: number): Promise<void> {
  const found = (await processes()).find((one) => one.pid === pid);
  const isOrphan = found !== undefined && isRuntime(found.command) && found.parent !== startedBy;
  if (!isOrphan || (await hasOwner(found))) return;
  process.kill(pid, "SIGKILL");
  for (let waited = 0; waited < ENDS_WITHIN_MS; waited += LOOK_EVERY_MS) {
    if (!(await processes()).some((one) => one.pid === pid)) return;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Whether a program of ours has started it, and lives. */
async function hasOwner({ parent }: Process): Promise<boolean> {
  const owner = (await processes()).find(({ pid }) => pid === parent);
  return parent > 1 && owner !== undefined && /\bnode\b/.test(owner.command);
}

function isRuntime(command: string): boolean {
  return /\bworkerd\S* serve\b/.test(command);
}

async function processes(): Promise<Process[]> {
  try {
    const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], {
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.split("\n").flatMap((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      // A zombie has ended; its parent has not collected it yet.
      if (command === undefined || state!.startsWith("Z")) return [];
      return [{ pid: Number(pid), parent: Number(parent), command }];
    });
  } catch {
    return [];
  }
}
