import { WEEKDAYS } from "../calendar/zone.ts";
import { isAllowedUrl } from "../config/allowed-url.ts";
import { nearest } from "../config/nearest.ts";
import { places, problem, quoted, type ConfigProblem } from "../config/places.ts";
import { durationMs } from "../duration.ts";
import { WEBHOOK_EVENTS } from "../ticket/webhook-event.ts";

/**
 * What no change may bring any more, though an earlier release took it: a configuration that is in force already stays
 * readable with it.
 */
export function newRulesBroken(document: unknown): ConfigProblem[] {
  return [
    ...noTimeAtAll(document),
    ...emptyHours(document),
    ...zonesForNothing(document),
    ...neverCalled(document),
    ...unknownEvents(document),
  ];
}

/** Durations that mean something only if they last. */
const LASTING = [
  ["slaPolicies/*/targets/*/firstResponse", "every ticket would be breached as it opens"],
  ["slaPolicies/*/targets/*/nextResponse", "every turn would be breached as it begins"],
  ["slaPolicies/*/targets/*/resolution", "every ticket would be breached as it opens"],
  ["slaPolicies/*/warnings/*/before", "the warning would come with the breach"],
  ["queues/*/answerWithin", "nobody could keep a ticket"],
  ["retention/*", "everything would be forgotten at once"],
] as const;

function noTimeAtAll(document: unknown): ConfigProblem[] {
  return LASTING.flatMap(([pattern, why]) =>
    places(document, pattern).flatMap(({ path, value }) =>
      typeof value === "string" && durationMs(value) === 0
        ? [problem(path, `must be longer than ${quoted(value)}: ${why}; leave it out for none`)]
        : [],
    ),
  );
}

const HOURS = [...WEEKDAYS.map((day) => `calendars/*/weekly/${day}/*`), "calendars/*/overrides/*/hours/*"];

/** Hours are half-open, so an interval that ends where it begins is empty; it was once taken for a whole day. */
function emptyHours(document: unknown): ConfigProblem[] {
  return HOURS.flatMap((pattern) =>
    places(document, pattern).flatMap(({ path, value }) => {
      const [from, to] = typeof value === "string" ? value.split("-") : [];
      return from === undefined || from !== to
        ? []
        : [
            problem(
              path,
              `${quoted(value)} is empty: it ends where it begins; write "00:00-24:00" for a whole day`,
            ),
          ];
    }),
  );
}

/** tz's own name for an unset zone. */
function zonesForNothing(document: unknown): ConfigProblem[] {
  return ["calendars/*/timeZone", "desk/timeZone"].flatMap((pattern) =>
    places(document, pattern).flatMap(({ path, value }) =>
      typeof value === "string" && /^(?:Etc\/)?Factory$|^localtime$|^posixrules$/i.test(value)
        ? [
            problem(
              path,
              `${quoted(value)} means that no zone was set; write for example "Europe/Berlin" or "UTC"`,
            ),
          ]
        : [],
    ),
  );
}

/** Whether this machine may be called is not the configuration's matter. */
function neverCalled(document: unknown): ConfigProblem[] {
  return places(document, "webhooks/*/url").flatMap(({ path, value }) =>
    typeof value !== "string" || !/^https?:/i.test(value) || isAllowedUrl(value, true)
      ? []
      : [
          problem(
            path,
            "is never called: the desk calls https addresses of public hosts, without credentials",
          ),
        ],
  );
}

function unknownEvents(document: unknown): ConfigProblem[] {
  return places(document, "webhooks/*/events/*").flatMap(({ path, value }) => {
    if (typeof value !== "string" || value === "" || value === "*" || WEBHOOK_EVENTS.includes(value))
      return [];
    const meant = nearest(value, WEBHOOK_EVENTS);
    const hint = meant === null ? "" : `did you mean ${quoted(meant)}? `;
    const known = `there are ${WEBHOOK_EVENTS.join(", ")}, and * for all but messages`;
    return [problem(path, `nothing is ever called ${quoted(value)}; ${hint}${known}`)];
  });
}
