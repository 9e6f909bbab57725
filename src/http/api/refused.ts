import type { Context } from "hono";
import type { UnknownAnswer } from "../../domain/ticket/intake.ts";
import type { Executed } from "../../domain/ticket/work-order.ts";
import type { Desk } from "../desk.ts";
import { problem } from "../problem.ts";
import { instant } from "./shared.ts";

type Refused = Extract<Executed<never>, { status: "refused" }>["refused"];

/** The problem for a refused command; `remindAt` points to the body's key for the reminder's instant. */
export function refused(c: Context<Desk>, refusal: Refused, remindAt = "/until") {
  const invalid = (pointer: string, message: string) =>
    problem(c, "request.invalid", { problems: [{ pointer, message }] });
  switch (refusal.code) {
    case "ticket.closed":
      return problem(c, refusal.code, { detail: `${refusal.ref} is closed: reopen it first.` });
    case "ticket.resolved":
      return problem(c, refusal.code, { detail: `${refusal.ref} is resolved: reopen it first.` });
    case "ticket.claimed_by_other":
    case "ticket.not_yours":
      return problem(c, "ticket.claimed_by_other", {
        detail: `${refusal.ref} is ${refusal.assignee?.name ?? "nobody"}'s: \`assign\` takes it from them.`,
      });
    case "ticket.moved":
    case "ticket.not_found":
      return problem(c, "ticket.moved", { detail: "Ask again in a moment." });
    case "tags.too_many":
      return problem(c, refusal.code, { detail: `A ticket has ${refusal.max} at most: remove some.` });
    case "agent.unknown":
      return invalid("/agent", `does not work in the ticket's group: there are ${refusal.known.join(", ")}`);
    case "queue.unknown":
      return invalid("/queue", `is no queue of the desk: there are ${refusal.known.join(", ")}`);
    case "fields.unknown":
      return problem(c, "request.invalid", { problems: refusal.unknown.map(unknownAt) });
    case "field.unknown":
      return invalid(pointerTo(refusal.field), "is no intake field");
    case "option.unknown":
      return invalid(pointerTo(refusal.field), "is no option of it");
    case "reminder.past":
      return invalid(remindAt, "must lie in the future");
    case "reminder.too_far":
      return invalid(remindAt, `must lie before ${instant(c.get("now")() + refusal.maxMs)}`);
    default:
      return refusal satisfies never;
  }
}

/** What a caller is told of an answer that the intake does not know. */
export function unknownAt({ field, is, known }: UnknownAnswer) {
  const wrong = is === "field" ? "is no intake field" : "is no option of it";
  return { pointer: pointerTo(field), message: `${wrong}: there are ${known.join(", ")}` };
}

function pointerTo(field: string): string {
  return `/fields/${field.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
