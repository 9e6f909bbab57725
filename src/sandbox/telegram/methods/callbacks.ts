import { failures, uncataloguedFailures } from "../errors.ts";
import { QUERY_LIFE_MS } from "../update-queue.ts";
import type { Method, Methods } from "./method.ts";

const TOAST_MAX = 200;

/** A query takes one answer, while it lives. */
const answerCallbackQuery: Method = (world, params) => {
  const query = world.state.callbacks[params.text("callback_query_id") ?? ""];
  const text = params.text("text");
  if (!query || query.answer || world.nowMs - query.at > QUERY_LIFE_MS) throw failures.queryTooOld();
  if (text && text.length > TOAST_MAX) throw uncataloguedFailures.wrongParameter("MESSAGE_TOO_LONG");
  const answer = { text: text || null, showAlert: params.flag("show_alert"), url: params.text("url") };
  query.answer = answer;
  world.emit(() => ({ type: "callback_answered", queryId: query.id, userId: query.userId, answer }));
  return true;
};

export const callbackMethods: Methods = { answerCallbackQuery };
