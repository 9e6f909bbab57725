#!/usr/bin/env bash
# workerd 1.20261023.1: fetch() fails alike whether nobody listens or the request was taken, and calls both retryable.
#
# Expected: a refused connection can be told from one that is lost after the server has read the request: the first did
#           nothing and may be repeated at once, the second may have done everything. Node says ECONNREFUSED for the one,
#           ECONNRESET (or a closed socket) for the other.
# Seen:     the same Error for all three: message "Network connection lost.", retryable: true, no code, no cause. A POST that
#           a server has read in full is called retryable. connect() of cloudflare:sockets does tell a refusal apart.
# For a desk that must not send twice: after any failed fetch() the outcome is unknown, refusals included. Where a harmless
#           request exists (Bot API: getMe), its answer is what allows the next call that must not be repeated.
#
# Output seen (30 November 2026):
#   refused: Error "Network connection lost." retryable=true code=undefined
#   reset:   Error "Network connection lost." retryable=true code=undefined
#   closed:  Error "Network connection lost." retryable=true code=undefined
#   socket refused: "proxy request failed, cannot connect to the specified address"
#   requests read by the servers: 2
#
# Only the local runtime was tried; Cloudflare's own network may answer an unreachable origin otherwise (with a 52x page).
set -euo pipefail
dir="$(mktemp -d)"
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --no-save workerd@1.20261023.1 >/dev/null 2>&1

cat > worker.js <<'JS'
import { connect } from "cloudflare:sockets";
export default {
  async test(_controller, env) {
    const ports = JSON.parse(env.PORTS);
    for (const [name, port] of Object.entries(ports)) {
      try {
        await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "once" });
        console.log(`${name}: answered`);
      } catch ({ constructor, message, retryable, code }) {
        console.log(`${name}: ${constructor.name} "${message}" retryable=${retryable} code=${code}`);
      }
    }
    await connect(`127.0.0.1:${ports.refused}`).opened.catch(({ message }) => console.log(`socket refused: "${message}"`));
  },
};
JS

cat > run.js <<'JS'
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";

let read = 0;
const listen = async (server) => (await once(server.listen(0, "127.0.0.1"), "listening"), server.address().port);
const after = (end) => createServer((socket) => socket.on("error", () => {}).once("data", () => ((read += 1), end(socket))));

const nobody = createServer();
const refused = await listen(nobody);
await new Promise((done) => nobody.close(done));
const servers = { reset: after((socket) => socket.resetAndDestroy()), closed: after((socket) => socket.end()) };
const ports = { refused, reset: await listen(servers.reset), closed: await listen(servers.closed) };

writeFileSync("config.capnp", `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = .main),
  (name = "internet", network = (allow = ["private"])),
]);
const main :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  bindings = [(name = "PORTS", text = ${JSON.stringify(JSON.stringify(ports))})],
);`);
const test = spawn("node_modules/.bin/workerd", ["test", "config.capnp"], { stdio: ["ignore", "inherit", "ignore"] });
await once(test, "exit");
console.log(`requests read by the servers: ${read}`);
process.exit();
JS

node run.js | tee seen
lost='Error "Network connection lost." retryable=true code=undefined'
diff seen - <<EOF || { echo "CHANGED: the runtime answers otherwise now"; exit 1; }
refused: $lost
reset: $lost
closed: $lost
socket refused: "proxy request failed, cannot connect to the specified address"
requests read by the servers: 2
EOF
echo "as before"
