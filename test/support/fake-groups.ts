import type { VersionedConfig } from "../../src/domain/config.ts";
import type { RoutingStory } from "../../src/domain/routing/story.ts";
import type { TicketSla } from "../../src/domain/sla/explain.ts";
import type { GroupHealth, ParkedDelivery, Receipt, Swept } from "../../src/topic-group/receipt.ts";

/** The groups' objects as the doors see them: they keep what they are given, and answer as they are told to. */
export class FakeGroups {
  /** Updates by group, in order of acceptance. */
  readonly received: { group: string; update: unknown }[] = [];
  /** The configuration that each group has. */
  readonly configs = new Map<string, VersionedConfig>();
  /** Who is known where. */
  readonly customers = new Map<number, string>();
  readonly parkedIn = new Map<string, ParkedDelivery[]>();
  readonly troublesOf = new Map<string, string[]>();
  /** Groups whose object throws whatever it is asked. */
  readonly down = new Set<string>();
  /** Names of every object that was ever asked for. */
  readonly touched = new Set<string>();
  readonly reprojected: string[] = [];
  onReproject: () => void = () => undefined;
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
    return {
      receive: (update: unknown, configVersion: number): Promise<Receipt> =>
        answering(() => {
          if (this.answer !== null) return this.answer;
          if ((this.configs.get(group)?.version ?? 0) < configVersion) return { status: "config_needed" };
          this.received.push({ group, update });
          return { status: "accepted" };
        }),
      configure: (name: string, versioned: VersionedConfig): Promise<number> =>
        answering(() => {
          this.configs.set(name, versioned);
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
        })),
      parked: (after: string | null, limit: number): Promise<ParkedDelivery[]> =>
        answering(() => {
          const all = this.parkedIn.get(group) ?? [];
          if (after?.startsWith(`${group}:`) === false)
            throw new Error(`${after} is no delivery of ${group}`);
          const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
          return all.slice(start, start + limit);
        }),
      replay: (id: string): Promise<"replayed" | "gone"> =>
        answering(() => {
          const all = this.parkedIn.get(group) ?? [];
          const index = all.findIndex((one) => one.id === id);
          if (index < 0) return "gone";
          all.splice(index, 1);
          return "replayed";
        }),
      /** One ticket was due, and that made two events. */
      sweep: (): Promise<Swept> => answering(() => ({ tickets: 1, steps: 2 })),
      sla: (): Promise<TicketSla | null> => answering(() => null),
      routing: (): Promise<RoutingStory | null> => answering(() => null),
      reproject: (): Promise<number> =>
        answering(() => {
          this.reprojected.push(group);
          this.onReproject();
          return 3;
        }),
    };
  }
}
