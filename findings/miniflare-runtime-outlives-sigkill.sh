#!/usr/bin/env bash
# miniflare 4.20260730.0: after SIGKILL of the process that started it the runtime goes on serving, on the same port.
#
# Expected: the runtime is a child that ends with the process that made it; a second start finds the port free.
# Seen:     SIGTERM ends both. SIGKILL (kill -9) ends Node alone: workerd goes on answering on its port.
# For desks that run on somebody's machine: note the runtime's process id beside the lock, ask the noted address which
#           start it belongs to, and end what outlived its owner before starting anew. A lock that looks at the owner's
#           process id alone says "free".
#
# Output seen (30 November 2026):
#   SIGTERM: runtime gone
#   SIGKILL: runtime answers "alive" with its owner dead
set -euo pipefail
dir="$(mktemp -d)"
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --no-save miniflare@4.20260730.0 >/dev/null 2>&1

cat > owner.js <<'JS'
import { Miniflare } from "miniflare";
const port = Number(process.argv[2]);
const script = `export default { fetch: () => new Response("alive") }`;
const runtime = new Miniflare({ modules: true, script, port, host: "127.0.0.1", compatibilityDate: "2026-07-01" });
process.once("SIGTERM", () => void runtime.dispose().then(() => process.exit()));
await runtime.ready;
process.send("ready");
JS

cat > run.js <<'JS'
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

const freePort = async () => {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
};
const text = (port) => fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.text()).catch(() => null);

for (const signal of ["SIGTERM", "SIGKILL"]) {
  const port = await freePort();
  const owner = fork("owner.js", [String(port)]);
  await once(owner, "message");
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(owner.pid)], { encoding: "utf8" }).trim().split(/\s+/).map(Number);
  owner.kill(signal);
  await once(owner, "exit");
  await new Promise((done) => setTimeout(done, 2_000));
  const answer = await text(port);
  console.log(`${signal}: ${answer === null ? "runtime gone" : `runtime answers "${answer}" with its owner dead`}`);
  for (const pid of children) try { process.kill(pid, "SIGKILL"); } catch {}
}
process.exit();
JS

node run.js | tee seen
diff seen - <<'EOF' || { echo "CHANGED: the runtime ends otherwise now"; exit 1; }
SIGTERM: runtime gone
SIGKILL: runtime answers "alive" with its owner dead
EOF
echo "as before"
