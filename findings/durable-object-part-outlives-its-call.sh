#!/usr/bin/env bash
# workerd 1.20261023.1: the promise of an RpcTarget holds the object until it is disposed of itself, which its type does not say.
#
# Expected: `await stub.part().value()` calls a part of a Durable Object in one round trip (pipelined) and leaves nothing behind:
#           nobody has taken the part, and @cloudflare/workers-types (5.20261026.1) gives its promise no `Symbol.dispose`.
# Seen:     the part lives on in the object after the call is answered: its own disposer has not run. The promise has
#           `Symbol.dispose` all the same, and calling that ends the part at once. The test runtime of Workers refuses to evict
#           such an object ("it still has active references").
# For desks: whoever puts the face of an object into parts disposes of `stub.part()` when the answer is there.
#
# Output seen (30 November 2026):
#   the promise of a part can be disposed of: function
#   called, and nothing else: 0 parts ended
#   called, and the promise disposed of: 1 parts ended
set -euo pipefail
dir="$(mktemp -d)"
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --no-save workerd@1.20261023.1 >/dev/null 2>&1

cat > worker.js <<'JS'
import { DurableObject, RpcTarget } from "cloudflare:workers";
class Part extends RpcTarget {
  #ended;
  constructor(ended) { super(); this.#ended = ended; }
  value() { return 1; }
  [Symbol.dispose]() { this.#ended(); }
}
export class Desk extends DurableObject {
  #ended = 0;
  part() { return new Part(() => (this.#ended += 1)); }
  ended() { return this.#ended; }
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 200));
export default {
  async test(_controller, { DESK }) {
    const one = DESK.get(DESK.idFromName("one"));
    await one.part().value();
    await pause();
    const left = await one.ended();
    const two = DESK.get(DESK.idFromName("two"));
    const part = two.part();
    await part.value();
    console.log("the promise of a part can be disposed of:", typeof part[Symbol.dispose]);
    part[Symbol.dispose]();
    await pause();
    console.log("called, and nothing else:", left, "parts ended");
    console.log("called, and the promise disposed of:", await two.ended(), "parts ended");
  },
};
JS
mkdir state
cat > config.capnp <<EOF
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = .main),
  (name = "state", disk = (path = "$dir/state", writable = true)),
]);
const main :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [(className = "Desk", uniqueKey = "desk", enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
  bindings = [(name = "DESK", durableObjectNamespace = "Desk")],
);
EOF

node_modules/.bin/workerd test config.capnp 2>/dev/null | tee seen
diff seen - <<EOF || { echo "CHANGED: the runtime answers otherwise now"; exit 1; }
the promise of a part can be disposed of: function
called, and nothing else: 0 parts ended
called, and the promise disposed of: 1 parts ended
EOF
echo "as before"
