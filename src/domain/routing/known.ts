import type { Profile } from "./profile.ts";
import type { RoutingFacts } from "./rules.ts";

/** The facts of a ticket once another system has answered: its profile fills in what was unknown. */
export function factsKnown(facts: RoutingFacts, profile: Profile | null): RoutingFacts {
  if (profile === null) return facts;
  return {
    ...facts,
    tier: facts.tier ?? profile.tier,
    segment: facts.segment ?? profile.segment,
    category: facts.category ?? profile.category,
    language: facts.language ?? profile.language,
    attributes: { ...profile.attributes, ...facts.attributes },
  };
}
