import type { Config } from "../../domain/config/config.ts";

/** The systems that the desk asks: who a customer is, and what agents can do. */
export const SYSTEMS = ["enrichment", "skills"] as const;
export type System = (typeof SYSTEMS)[number];

/**
 * The version of the configuration since which each system is asked where it is asked now. What was heard before, and
 * how often it failed, was another's.
 */
export type Sources = Readonly<Record<System, number>>;

/** Since when the systems of a new configuration are what they are. */
export function sourcesOf(
  before: { config: Config; sources: Sources } | null,
  { version, config }: { version: number; config: Config },
): Sources {
  const since = (system: System): number =>
    before !== null && sourceOf(before.config, system) === sourceOf(config, system)
      ? before.sources[system]
      : version;
  return { enrichment: since("enrichment"), skills: since("skills") };
}

/** What makes a system another one: where it is asked, and by which translation. */
function sourceOf({ routing: { enrichment, skills } }: Config, system: System): string {
  return JSON.stringify(
    system === "skills"
      ? [skills?.url]
      : [enrichment?.adapter, enrichment?.url, enrichment?.adapter === "hubspot" ? enrichment.hubspot : null],
  );
}
