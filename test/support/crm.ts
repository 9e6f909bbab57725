import { inject } from "vitest";
import type { Crm, CrmRecord, CrmState } from "../../src/sandbox/scenarios/crm.ts";

/** The sandbox's own CRM for one scene, on loopback. */
export class SceneCrm implements Crm {
  readonly url = `${inject("endpointUrl")}/${crypto.randomUUID()}/sandbox/crm`;

  says(customer: number, says: CrmRecord | null): Promise<void> {
    return this.#tell("says", { customer, says });
  }

  is(state: CrmState): Promise<void> {
    return this.#tell("state", { state });
  }

  async #tell(what: "says" | "state", settings: object): Promise<void> {
    const answer = await fetch(`${this.url}-${what}`, { method: "POST", body: JSON.stringify(settings) });
    if (!answer.ok) throw new Error(await answer.text());
  }
}
