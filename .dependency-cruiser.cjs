/**
 * The allowed arrows between rooms, as src/README.md draws them. Each room may import only what stands
 * right of it; http reaches the object through the stub in `env`, never through its code.
 */
const rooms = {
  // `#for-docs` as the Worker has it (package.json).
  domain: ["no-docs"],
  texts: ["domain"],
  telegram: ["texts", "time-limit", "domain"],
  channels: ["telegram", "texts", "domain"],
  integrations: ["real-clock", "time-limit", "domain"],
  record: ["isolate", "time-limit", "domain"],
  "topic-group": [
    "telegram",
    "texts",
    "channels",
    "integrations",
    "record/projection",
    "record/successors",
    "real-clock",
    "time-limit",
    "domain",
  ],
  groups: ["telegram", "channels", "texts", "record", "log", "real-clock", "time-limit", "domain"],
  metering: ["record/api-keys", "record/limits", "record/reach", "secret"],
  cron: ["groups", "record", "log", "domain"],
  http: [
    "telegram",
    "texts/for-programs",
    "channels",
    "groups",
    "metering/metered",
    "metering/standing",
    "secret",
    "record",
    "log",
    "isolate",
    "real-clock",
    "time-limit",
    "no-docs",
    "domain",
  ],
  // Not in the Worker: what lies beside it is made of what is.
  contract: ["http", "record/limits", "domain"],
  setup: ["real-clock", "domain"],
  client: ["setup/api-docs"],
};

/**
 * Inside the object: face → rpc → arrivals → verbs → drain → commit → rules → tables. A verb that needs another one says so, so
 * that no two need each other.
 */
const BELOW_VERBS = ["drain", "commit", "rules", "tables"];
const verbs = {
  conversation: [],
  systems: [],
  webhooks: [],
  privacy: [],
  deliveries: [],
  reconciliation: ["conversation"],
  assigning: ["systems"],
  "new-rules": ["conversation", "reconciliation", "assigning", "systems"],
  peers: ["conversation", "webhooks", "new-rules", "systems"],
};
const floors = {
  tables: [],
  rules: ["tables"],
  commit: ["rules", "tables"],
  drain: ["commit", "rules", "tables"],
  ...Object.fromEntries(Object.entries(verbs).map(([room, others]) => [room, [...others, ...BELOW_VERBS]])),
  arrivals: [...Object.keys(verbs), ...BELOW_VERBS],
  // The face by subject: an RpcTarget each.
  rpc: ["arrivals", ...Object.keys(verbs), ...BELOW_VERBS],
};

/**
 * Inside the core, bottom up: words such as priority and duration, which lie loose; the configuration's document; business
 * time; people; how tickets are routed and what is promised; the ticket; what looks at all of it.
 */
const nouns = {
  config: [],
  calendar: ["config"],
  contact: [],
  desk: [],
  team: ["config", "calendar"],
  routing: ["config", "calendar", "team"],
  sla: ["config", "calendar", "team"],
  ticket: ["config", "calendar", "contact", "desk", "team", "routing", "sla"],
  rehearsal: ["config", "calendar", "contact", "team", "routing", "ticket"],
  "config-check": ["config", "calendar", "desk", "team", "routing", "ticket"],
};

const nounArrow = ([noun, allowed]) => ({
  name: `domain/${noun} imports of the core only words${allowed.map((name) => `, ${name}`).join("")}`,
  severity: "error",
  from: { path: `^src/domain/${noun}/` },
  to: {
    path: "^src/domain/[^/]+/",
    pathNot: [noun, ...allowed].map((name) => `^src/domain/${name}/`),
  },
});

const innerArrow = ([room, allowed]) => ({
  name: `topic-group/${room} imports of the object only ${allowed.length > 0 ? allowed.join(", ") : "itself"}`,
  severity: "error",
  from: { path: `^src/topic-group/${room}/` },
  to: {
    path: "^src/topic-group/",
    pathNot: [room, ...allowed].map((name) => `^src/topic-group/${name}/`),
  },
});

const arrow = ([room, allowed]) => ({
  name: `${room} imports only ${allowed.length > 0 ? allowed.join(", ") : "nothing of ours"}`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: {
    path: "^(src|test|migrations)/",
    pathNot: [
      `^src/${room}/`,
      ...allowed.map((name) => `^src/${name}(/|\\.ts$)`),
      ...(room === "topic-group" ? ["^migrations/topic-group/"] : []),
    ],
  },
});

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(arrow),
    ...Object.entries(floors).map(innerArrow),
    ...Object.entries(nouns).map(nounArrow),
    {
      name: "a language is reached through texts/languages: which one, its reader says",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/texts/" },
      to: { path: "^src/texts/[^/]+/" },
    },
    {
      name: "words of the core that lie loose need none of its rooms",
      severity: "error",
      from: { path: "^src/domain/[^/]+$" },
      to: { path: "^src/domain/[^/]+/" },
    },
    {
      name: "index is the composition root: http, cron, the objects and the real clock, nothing else",
      severity: "error",
      from: { path: "^src/index\\.ts$" },
      to: { path: "^src/", pathNot: ["^src/(http|cron|topic-group|metering)/", "^src/real-clock\\.ts$"] },
    },
    {
      name: "domain is pure: outside of ourselves only zod and temporal",
      severity: "error",
      from: { path: "^src/domain/" },
      to: { dependencyTypes: ["npm", "npm-dev", "core"], pathNot: ["node_modules/(zod|temporal-polyfill)/"] },
    },
    {
      name: "nobody in the product knows the contract, the sandbox, the setup or the client",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(contract|sandbox|setup|client)/" },
      to: { path: "^src/(contract|sandbox|setup|client)/" },
    },
    {
      name: "the sandbox's Telegram knows nothing of the desk",
      severity: "error",
      from: { path: "^src/sandbox/telegram/" },
      to: { path: "^src/", pathNot: ["^src/sandbox/telegram/", "^src/real-clock\\.ts$"] },
    },
    {
      name: "the client, which others take along, needs nothing of ours",
      severity: "error",
      from: { path: "^src/client/topicdesk\\.ts$" },
      to: { pathNot: "^src/client/contract\\.ts$" },
    },
    { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "everything imported exists",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^cloudflare:" },
    },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    // The parser reads no TSX, and what is built is no source. What the page may import is what a browser can run: its bundle shows it.
    exclude: { path: "^src/(sandbox/page|built)/" },
    enhancedResolveOptions: {
      conditionNames: ["workerd", "worker", "import", "default"],
      exportsFields: ["exports"],
    },
  },
};
