import type { VersionedConfig } from "../../src/domain/config/config.ts";
import type { Presence } from "../../src/domain/team/presence.ts";
import type { SkillTable } from "../../src/domain/team/skill-table.ts";
import type { RoutingStory } from "../../src/domain/ticket/routing-story.ts";
import type { TicketSla } from "../../src/domain/ticket/sla-story.ts";
import type { Receipt } from "../../src/topic-group/arrivals/receipt.ts";
import type { AgentHere } from "../../src/topic-group/assigning/agents-report.ts";
import type { Swept } from "../../src/topic-group/commit/advance-tickets.ts";
import type { ParkedDelivery } from "../../src/topic-group/deliveries/replay.ts";
import type { Forgotten } from "../../src/topic-group/privacy/forgetting.ts";
import type { GroupHealth } from "../../src/topic-group/rpc/health.ts";

/** The groups' objects as the doors see them: they keep what they are given, and answer as they are told to. */
export class FakeGroups {
  /** Updates by group, in order of acceptance. */
  readonly received: { group: string; update: unknown }[] = [];
  /** The configuration that each group has. */
  readonly configs = new Map<string, VersionedConfig>();
  /** Former queue → the one that takes its tickets, as each group was last told. */
  readonly successorsIn = new Map<string, Readonly<Record<string, string>>>();
  /** Who is known where. */
  readonly customers = new Map<number, string>();
  readonly parkedIn = new Map<string, ParkedDelivery[]>();
  /** What a skills service has told them. */
  readonly skillsOf = new Map<string, SkillTable>();
  /** How the agents of each group are, as its object has them. */
  readonly agentsOf = new Map<string, AgentHere[]>();
  /** Who was said to be how, where, by which cause. */
  readonly presences: { group: string; id: number; presence: Presence; cause: string }[] = [];
  readonly troublesOf = new Map<string, string[]>();
  /** Groups whose object throws on every call. */
  readonly down = new Set<string>();
  /** Names of every object that was ever asked for. */
  readonly touched = new Set<string>();
  readonly reprojected: string[] = [];
  onReproject: () => void = () => undefined;
  /** Since when each group blocks a contact, as it was last told. */
  readonly blockedIn = new Map<string, number | null>();
  /** Runs while a group is told of a block. */
  onBlock: () => Promise<unknown> = () => Promise.resolve();
  /** What `receive` answers instead of accepting. */
  answer: Receipt | null = null;

  namespace(): Env["TOPIC_GROUP"] {
    return { getByName: (group: string) => this.#stub(group) } as unknown as Env["TOPIC_GROUP"];
  }

  updatesOf(group: string): unknown[] {
    return this.received.filter((one) => one.group === group).map(({ update }) => update);
  }

  #stub(group: string) {
    this.touched.add(group);
    const answering = <T>(answer: () => T): Promise<T> =>
      this.down.has(group)
        ? Promise.reject(new Error(`the object of ${group} is down`))
        : Promise.resolve(answer());
    const flat = {
      inHand: () => answering(() => ({ tickets: [], waiting: 0 })),
      retire: () => answering(() => "done"),
      receive: (update: unknown, configVersion: number): Promise<Receipt> =>
        answering(() => {
          if (this.answer !== null) return this.answer;
          if ((this.configs.get(group)?.version ?? 0) < configVersion) return { status: "config_needed" };
          this.received.push({ group, update });
          return { status: "accepted" };
        }),
      configure: (
        name: string,
        versioned: VersionedConfig,
        successors: Readonly<Record<string, string>> = {},
      ): Promise<number> =>
        answering(() => {
          this.configs.set(name, versioned);
          this.successorsIn.set(name, successors);
          return versioned.version;
        }),
      knows: (customer: number): Promise<boolean> => answering(() => this.customers.get(customer) === group),
      health: (): Promise<GroupHealth> =>
        answering(() => ({
          group,
          configVersion: this.configs.get(group)?.version ?? 0,
          waiting: [{ lane: "telegram:1", count: 2, oldestAt: 0 }],
          parked: this.parkedIn.get(group)?.length ?? 0,
          setAside: 0,
          unrecorded: 0,
          breakers: { enrichment: false, skills: false },
          troubles: this.troublesOf.get(group) ?? [],
          stalls: [],
          systems: [],
        })),
      census: (): Promise<null> => answering(() => null),
      webhookInfo: () => answering(() => ({ url: "", pending: 0, error: "", errorAt: null })),
      notifyLeads: (): Promise<void> => answering(() => undefined),
      parked: (after: string | null, limit: number): Promise<ParkedDelivery[]> =>
        answering(() => {
          const all = this.parkedIn.get(group) ?? [];
          if (after?.startsWith(`${group}:`) === false)
            throw new Error(`${after} is no delivery of ${group}`);
          const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
          return all.slice(start, start + limit);
        }),
      replay: (id: string, _cause: string): Promise<"replayed" | "gone"> =>
        answering(() => {
          const all = this.parkedIn.get(group) ?? [];
          const index = all.findIndex((one) => one.id === id);
          if (index < 0) return "gone";
          all.splice(index, 1);
          return "replayed";
        }),
      skills: (): Promise<{ url: string | null; table: SkillTable | null }> =>
        answering(() => ({
          url: this.configs.get(group)?.config.routing.skills?.url ?? null,
          table: this.skillsOf.get(group) ?? null,
        })),
      agents: (): Promise<AgentHere[]> => answering(() => this.agentsOf.get(group) ?? []),
      setPresence: (
        id: number,
        presence: Presence,
        cause: string,
        configVersion: number,
      ): Promise<"done" | "unknown" | "config_needed"> =>
        answering(() => {
          if ((this.configs.get(group)?.version ?? 0) < configVersion) return "config_needed";
          this.presences.push({ group, id, presence, cause });
          const all = this.agentsOf.get(group) ?? [];
          this.agentsOf.set(
            group,
            all.map((one) => (one.id === id ? { ...one, ...presence } : one)),
          );
          return all.some((one) => one.id === id) ? "done" : "unknown";
        }),
      /** One ticket was due, and that made two events. */
      sweep: (): Promise<Swept> => answering(() => ({ tickets: 1, steps: 2 })),
      sla: (): Promise<TicketSla | null> => answering(() => null),
      routing: (): Promise<RoutingStory | null> => answering(() => null),
      block: async (_customer: number, since: number | null): Promise<void> => {
        await this.onBlock();
        await answering(() => this.blockedIn.set(group, since));
      },
      blockAll: (): Promise<void> => answering(() => undefined),
      exportContact: (): Promise<null> => answering(() => null),
      erasable: (): Promise<null> => answering(() => null),
      linksOf: (): Promise<never[]> => answering(() => []),
      forget: (): Promise<Forgotten> =>
        answering(() => ({
          tickets: 0,
          webhooks: 0,
          profiles: 0,
          more: false,
          after: { ticket: 0, contact: 0 },
        })),
      reproject: (): Promise<number> =>
        answering(() => {
          this.reprojected.push(group);
          this.onReproject();
          return 3;
        }),
    };
    const subject = () => flat;
    return {
      ...flat,
      deliveries: subject,
      privacy: subject,
      reconciliation: subject,
      record: subject,
      team: subject,
      tickets: subject,
    };
  }
}
