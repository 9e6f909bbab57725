import { startLocalDesk, type LocalDeskOptions } from "../../src/sandbox/desk/local-desk.ts";

/*
 * The desk in a process of its own, which the scene can kill. Its options stand in the first argument; it tells its
 * parent when it is up, and goes with it, and takes the whole process group along.
 */

process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
await startLocalDesk(JSON.parse(process.argv[2]) as LocalDeskOptions);
process.send!("up");
