import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Resident memory of the runtime in a process group, in MiB; null where there is none. */
export async function runtimeMemory(group: number): Promise<number | null> {
  const { stdout } = await run("ps", ["-axo", "pgid=,rss=,comm="]);
  const kib = stdout.split("\n").flatMap((line) => {
    const [pgid, rss, command = ""] = line.trim().split(/\s+/);
    return Number(pgid) === group && command.includes("workerd") ? [Number(rss)] : [];
  });
  return kib.length === 0 ? null : kib.reduce((sum, one) => sum + one, 0) / 1024;
}
