import { isAllowedUrl } from "../config/allowed-url.ts";
import { inside, places, problem, quoted, type ConfigProblem } from "../config/places.ts";
import { ENRICHMENT_ENDPOINT, SKILLS_ENDPOINT } from "../desk/signing-secret.ts";
import { durationMs } from "../duration.ts";
import { ENRICHMENT_TIMEOUT_MAX_MS, ENRICHMENT_TIMEOUT_MIN_MS } from "../limits.ts";

/** Proxies and logs on the way read every part of an address. */
const SECRET_PARAMETER = /token|secret|passw|signature|api[-_]?key|^(?:key|auth|sig|pwd)$/i;

/** What is wrong with the systems that the desk asks: who customers are, and what agents can do. */
export function sourceProblems(document: unknown): ConfigProblem[] {
  return [
    ...namesTaken(document),
    ...enrichmentProblems(places(document, "routing/enrichment")[0]?.value),
    ...skillsProblems(places(document, "routing/skills")[0]?.value),
  ];
}

/** Questions are signed like webhooks, each system's with a secret of its own. */
const RESERVED: ReadonlyMap<unknown, string> = new Map([
  [ENRICHMENT_ENDPOINT, "enrichment"],
  [SKILLS_ENDPOINT, "skills service"],
]);

function namesTaken(document: unknown): ConfigProblem[] {
  return places(document, "webhooks/*/id").flatMap(({ path, value }) => {
    const whose = RESERVED.get(value);
    return whose === undefined
      ? []
      : [problem(path, `${quoted(value)} is the name of the ${whose}'s own secret: choose another`)];
  });
}

/** Says what is wrong at a place inside a system's settings. */
type Say = (key: string, message: string) => void;

function enrichmentProblems(settings: unknown): ConfigProblem[] {
  return collected("enrichment", settings, (at, say) => {
    const url = at("url");
    if (at("adapter") !== "hubspot") {
      if (url === undefined) say("url", "is missing; the generic adapter asks there");
      else checkUrl(url, say);
    } else {
      if (at("hubspot") === undefined) say("hubspot", "is missing; the HubSpot adapter needs it");
      // The called host gets the token, so only the sandbox, on this machine, may stand in for HubSpot.
      if (typeof url === "string" && (!isAllowedUrl(url, true) || isAllowedUrl(url, false))) {
        say("url", "must be left out: the HubSpot adapter asks HubSpot itself");
      }
    }
    const findBy = at("hubspot/findBy");
    if (typeof findBy === "object" && findBy !== null && inside(findBy).length === 0) {
      say("hubspot/findBy", "must name at least one property, or nobody is ever found");
    }
    checkTimeout(at("timeout"), say);
  });
}

function skillsProblems(settings: unknown): ConfigProblem[] {
  return collected("skills", settings, (at, say) => {
    checkUrl(at("url"), say);
    checkTimeout(at("timeout"), say);
  });
}

function collected(
  system: string,
  settings: unknown,
  check: (at: (key: string) => unknown, say: Say) => void,
): ConfigProblem[] {
  const found: ConfigProblem[] = [];
  if (settings === undefined) return found;
  check(
    (key) => places(settings, key)[0]?.value,
    (key, message) => found.push(problem(["routing", system, ...key.split("/")], message)),
  );
  return found;
}

function checkUrl(text: unknown, say: Say): void {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return;
  if (url.username !== "" || url.password !== "") {
    say("url", "must carry no credentials: every call is signed");
  } else if (!isAllowedUrl(url.href, true)) {
    say("url", "must be an https address of a public host");
  } else {
    const secret = [...url.searchParams.keys()].find((name) => SECRET_PARAMETER.test(name));
    if (secret !== undefined) {
      say("url", `must carry no secret such as ${quoted(secret)}: every call is signed`);
    }
  }
}

function checkTimeout(timeout: unknown, say: Say): void {
  const timeoutMs = typeof timeout === "string" ? durationMs(timeout) : undefined;
  if (timeoutMs === undefined) return;
  if (timeoutMs < ENRICHMENT_TIMEOUT_MIN_MS || timeoutMs > ENRICHMENT_TIMEOUT_MAX_MS) {
    say("timeout", `must be from ${ENRICHMENT_TIMEOUT_MIN_MS}ms to ${ENRICHMENT_TIMEOUT_MAX_MS / 1_000}s`);
  }
}
