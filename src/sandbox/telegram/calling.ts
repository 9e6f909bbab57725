import { findChat } from "./access.ts";
import { checkBudget, spend, weightOf } from "./budgets.ts";
import { failures, TelegramFailure } from "./errors.ts";
import { strike } from "./faults.ts";
import { findMethod } from "./methods/all.ts";
import { Params } from "./params.ts";
import type { Upload } from "./params.ts";
import type { Fault, LoggedCall } from "./state.ts";
import type { World } from "./world.ts";

const CALLS_KEPT_MAX = 20_000;
const CALLS_DROPPED_AT_ONCE = 1000;

export interface CallResult {
  callId: number;
  status: number;
  /** An object for JSON; a string for the HTML of a gateway in trouble. */
  body: unknown;
  headers?: Record<string, string>;
  /** What a client sees of it. `reset`: the connection breaks; `hang`: nothing ever comes. */
  wire: { delayMs: number; fate: "answered" | "reset" | "hang" };
}

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** One call of the Bot API. */
export function callMethod(
  world: World,
  token: string,
  method: string,
  raw: Record<string, unknown>,
  uploads: Record<string, Upload> = {},
): CallResult {
  const params = new Params(raw, uploads);
  const found = findMethod(method);
  const name = found?.name ?? method;
  const { delayMs, fault } = strike(world, name, findChat(world, params)?.id ?? null);
  const answer = isDone(fault) ? perform(world, token, name, params) : null;
  const { given, fate } = received(answer, fault);
  const call: LoggedCall = {
    id: world.count("call"),
    method: name,
    params: params.described,
    answer: fate === "answered" ? given : null,
    fault: fault?.effect ?? (delayMs > 0 ? "slow" : null),
    at: world.nowMs,
    tookMs: null,
  };
  log(world, call);
  return { callId: call.id, ...given, wire: { delayMs, fate } };
}

/** Whether the call has its effect, apart from what the caller is answered. */
function isDone(fault: Fault | null): boolean {
  switch (fault?.effect) {
    case undefined:
    case "slow":
    case "answer_lost":
      return true;
    case "server_error":
    case "bad_gateway":
    case "hang":
      return fault.deed === true;
    case "flood":
    case "proxy_flood":
    case "refuse":
    case "request_lost":
    case "down":
      return false;
    default:
      return fault satisfies never;
  }
}

function page(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n`;
}

function received(
  answer: Answer | null,
  fault: Fault | null,
): { given: Answer; fate: CallResult["wire"]["fate"] } {
  const nothing = { status: 0, body: null };
  switch (fault?.effect) {
    case undefined:
    case "slow":
      return { given: answer ?? nothing, fate: "answered" };
    case "flood":
      return { given: refused(failures.retryAfter(fault.retryAfter)), fate: "answered" };
    case "server_error":
      return { given: refused(failures.serverError()), fate: "answered" };
    case "refuse":
      return { given: refused(new TelegramFailure(fault.code, fault.description)), fate: "answered" };
    case "bad_gateway":
      return { given: { status: 502, body: page("502 Bad Gateway") }, fate: "answered" };
    case "proxy_flood": {
      const headers =
        fault.retryAfter === undefined ? {} : { headers: { "retry-after": String(fault.retryAfter) } };
      return { given: { status: 429, body: page("429 Too Many Requests"), ...headers }, fate: "answered" };
    }
    case "answer_lost":
    case "request_lost":
    case "down":
      return { given: nothing, fate: "reset" };
    case "hang":
      return { given: nothing, fate: "hang" };
    default:
      return fault satisfies never;
  }
}

function perform(world: World, token: string, name: string, params: Params): Answer {
  try {
    return { status: 200, body: { ok: true, result: run(world, token, name, params) } };
  } catch (error) {
    if (error instanceof TelegramFailure) return refused(error);
    throw error;
  }
}

function refused(failure: TelegramFailure): Answer {
  return { status: failure.code, body: failure.body };
}

/** Only what succeeds uses up a budget: what Telegram refuses, it refuses before it counts. */
function run(world: World, token: string, name: string, params: Params): unknown {
  if (!/^\d+:[\w-]+$/.test(token)) throw failures.invalidToken();
  if (token !== world.state.bot.token) throw failures.unauthorized();
  const found = findMethod(name);
  if (!found) throw failures.methodNotFound();
  const weight = weightOf(found.name, params.raw);
  const chat = weight > 0 ? findChat(world, params) : null;
  if (chat) checkBudget(world, chat, found.name, weight);
  const result = found.method(world, params);
  if (chat) spend(world, chat, found.name, weight);
  return result;
}

function log(world: World, call: LoggedCall): void {
  const { calls } = world.state;
  calls.push(call);
  if (calls.length > CALLS_KEPT_MAX) calls.splice(0, CALLS_DROPPED_AT_ONCE);
}

/** The answer has left for the caller, or got lost: its time is known now, and goes into the feed. */
export function finishCall(world: World, callId: number, tookMs: number): void {
  const call = world.state.calls.findLast((each) => each.id === callId);
  if (!call) return;
  call.tookMs = tookMs;
  world.emit(() => ({ type: "call", call }));
}
