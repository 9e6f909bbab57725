#!/usr/bin/env bash
# workerd 1.20261023.1: a signal of `AbortSignal.timeout` keeps a Durable Object in memory long after the call is answered.
#
# Expected: the signal belongs to one fetch; once that is answered, an idle object is evicted after its ten seconds, as any other.
# Seen:     the object is still the same after 20 seconds. With a timer of its own (`setTimeout`, cleared when the answer is there)
#           it was evicted meanwhile: a new one answers.
# For desks: an object is billed for the time that it is in memory. Limit a call by an AbortController and clear its timer.
#
# Output seen (30 November 2026):
#   AbortSignal.timeout(60 s): the same object after 20 s
#   a timer that is cleared: another object after 20 s
set -euo pipefail
dir="$(mktemp -d)"
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --no-save workerd@1.20261023.1 >/dev/null 2>&1

cat > worker.js <<'JS'
import { DurableObject } from "cloudflare:workers";
export class Desk extends DurableObject {
  #born = crypto.randomUUID();
  async fetch(request) {
    const how = new URL(request.url).pathname;
    const answer = (signal) => this.env.ECHO.fetch("http://echo/echo", { signal }).then((got) => got.text());
    if (how === "/signal") await answer(AbortSignal.timeout(60_000));
    if (how === "/timer") {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), 60_000);
      await answer(controller.signal);
      clearTimeout(timer);
    }
    return new Response(this.#born);
  }
}
export default {
  fetch(request, { DESK }) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/echo") return new Response("echo");
    return DESK.get(DESK.idFromName(searchParams.get("object"))).fetch(request);
  },
};
JS
port=$((20000 + RANDOM % 10000))
mkdir state
cat > config.capnp <<EOF
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "state", disk = (path = "$dir/state", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:$port", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [(className = "Desk", uniqueKey = "desk", enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
  bindings = [(name = "DESK", durableObjectNamespace = "Desk"), (name = "ECHO", service = "main")],
);
EOF
node_modules/.bin/workerd serve config.capnp >/dev/null 2>&1 &
pid=$!
ask() { curl -s --retry 20 --retry-connrefused --retry-delay 1 "http://127.0.0.1:$port/$1?object=$2"; }
signal="$(ask signal one)"
timer="$(ask timer two)"
sleep 20
is() { [ "$1" = "$2" ] && echo "the same object" || echo "another object"; }
{
  echo "AbortSignal.timeout(60 s): $(is "$signal" "$(ask none one)") after 20 s"
  echo "a timer that is cleared: $(is "$timer" "$(ask none two)") after 20 s"
} | tee seen
diff seen - <<EOF || { echo "CHANGED: the runtime answers otherwise now"; exit 1; }
AbortSignal.timeout(60 s): the same object after 20 s
a timer that is cleared: another object after 20 s
EOF
echo "as before"
