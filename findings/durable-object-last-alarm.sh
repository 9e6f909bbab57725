#!/usr/bin/env bash
# workerd 1.20261023.1: setAlarm() refuses dates that Date accepts, from April 2262 on, with a message that says 2189.
#
# Expected: an alarm takes any instant a Date can be (until the year 275760), or refuses from the year that its error names.
# Seen:     every instant up to 2262-04-11T23:47:16.854Z is taken and given back by getAlarm(), those of 2190 to 2262 included;
#           one millisecond later is a TypeError "This API doesn't support dates after 2189." The bound is 2^63 nanoseconds
#           after 1970. The error is thrown inside of what the object was doing, so the work that set the alarm fails with it.
# For clocks: "never" must be no alarm (or a far but possible date), not the year 9999; a promise of "3650 days" that is counted in
#           business hours, or a clock that a test moves ahead, can come to lie behind the bound.
#
# Output seen (30 November 2026):
#   2189-12-31T23:59:59.000Z taken
#   2190-01-01T00:00:00.000Z taken
#   2262-04-11T23:47:16.854Z taken
#   2262-04-11T23:47:16.855Z TypeError: This API doesn't support dates after 2189.
#   9999-12-31T00:00:00.000Z TypeError: This API doesn't support dates after 2189.
set -euo pipefail
dir="$(mktemp -d)"
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund --no-save workerd@1.20261023.1 >/dev/null 2>&1

cat > worker.js <<'JS'
import { DurableObject } from "cloudflare:workers";
export class Clock extends DurableObject {
  async ringAt(at) {
    try {
      await this.ctx.storage.setAlarm(at);
      return (await this.ctx.storage.getAlarm()) === at ? "taken" : "changed";
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  }
  alarm() {}
}
const INSTANTS = [
  "2189-12-31T23:59:59.000Z",
  "2190-01-01T00:00:00.000Z",
  "2262-04-11T23:47:16.854Z",
  "2262-04-11T23:47:16.855Z",
  "9999-12-31T00:00:00.000Z",
];
export default {
  async test(_controller, { CLOCK }) {
    for (const at of INSTANTS) console.log(at, await CLOCK.get(CLOCK.idFromName(at)).ringAt(Date.parse(at)));
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
  durableObjectNamespaces = [(className = "Clock", uniqueKey = "clock", enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
  bindings = [(name = "CLOCK", durableObjectNamespace = "Clock")],
);
EOF

node_modules/.bin/workerd test config.capnp 2>/dev/null | tee seen
late="TypeError: This API doesn't support dates after 2189."
diff seen - <<EOF || { echo "CHANGED: the runtime answers otherwise now"; exit 1; }
2189-12-31T23:59:59.000Z taken
2190-01-01T00:00:00.000Z taken
2262-04-11T23:47:16.854Z taken
2262-04-11T23:47:16.855Z $late
9999-12-31T00:00:00.000Z $late
EOF
echo "as before"
