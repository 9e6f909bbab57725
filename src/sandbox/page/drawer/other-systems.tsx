import { facts } from "../model/sandbox.ts";
import { CrmLog } from "./crm-log.tsx";
import { Webhooks } from "./webhooks.tsx";

/** What the desk asks of systems that are not its own, and what it tells them. */
export function OtherSystems() {
  return (
    <div class="halves">
      <section aria-label="CRM">
        <h3>
          CRM <span class="dim">who the customers are</span>
        </h3>
        {facts.value?.crm === null ? (
          <p class="empty">The configuration names none that lives here.</p>
        ) : (
          <CrmLog />
        )}
      </section>
      <section aria-label="Webhooks">
        <h3>
          Webhooks <span class="dim">what the desk tells</span>
        </h3>
        <Webhooks />
      </section>
    </div>
  );
}
