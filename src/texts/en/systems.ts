import type { NoAnswer } from "../../domain/routing/no-answer.ts";
import type { Unfit } from "../../domain/routing/profile.ts";

/** What other systems say, and why they do not. What an earlier release has stored in words is shown as it is. */

type NoAnswerOf<Code extends NoAnswer["why"]> = Extract<NoAnswer, { why: Code }>;

const NO_ANSWER: { [Code in NoAnswer["why"]]: (facts: NoAnswerOf<Code>) => string } = {
  timeout: ({ timeoutMs }) => `no answer within ${timeoutMs} ms`,
  unreachable: () => "nobody answers there",
  redirected: () => "answered with a redirect, which the desk does not follow",
  forbidden_address: () => "the desk does not call this address",
  too_large: ({ bytesMax }) => `the answer is longer than ${bytesMax} bytes`,
  status: ({ status }) => `answered ${status}`,
  not_json: () => "the answer is no JSON",
  invalid: ({ problems }) => problems.join("; "),
  no_contact_list: () => "the answer is no list of HubSpot contacts",
  no_secret: () => "the desk has no secret to sign with",
  no_hubspot_token: () => "the desk has no HUBSPOT_TOKEN",
  breaker_open: () => "it failed too often lately and is left alone for a while",
};

export function noAnswerWords(why: NoAnswer | string): string {
  if (typeof why === "string") return why;
  const say = NO_ANSWER[why.why] as (facts: NoAnswer) => string;
  return say(why);
}

type UnfitOf<Code extends Unfit["unfit"]> = Extract<Unfit, { unfit: Code }>;

const UNFIT: { [Code in Unfit["unfit"]]: (facts: UnfitOf<Code>) => string } = {
  tier: ({ tier }) => `tier ${JSON.stringify(tier)} is not one of the desk's`,
  preferred_agent: ({ agent }) => `preferred agent ${agent} is no agent`,
  skill: ({ skill }) => `skill ${JSON.stringify(skill)} is nobody's`,
  skill_level: ({ skill, wanted, best }) =>
    `skill ${JSON.stringify(skill)} at ${wanted}: nobody has more than ${best}`,
  property: ({ property, said }) => `property ${property} says ${JSON.stringify(said)}: of no use`,
  property_value: ({ property, said }) =>
    `property ${property} says ${JSON.stringify(said)}: not among its values`,
};

export function unfitWords(one: Unfit | string): string {
  if (typeof one === "string") return one;
  const say = UNFIT[one.unfit] as (facts: Unfit) => string;
  return say(one);
}
