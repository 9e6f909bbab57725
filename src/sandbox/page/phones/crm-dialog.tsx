import type { User } from "grammy/types";
import { useState } from "preact/hooks";
import type { SandboxFacts } from "../../host/feed.ts";
import { ask, crm, facts } from "../model/sandbox.ts";
import { Dialog } from "../ui/dialog.tsx";

/** What the CRM says without being told: nothing. */
const BY_ITSELF = "";
const NOTHING = "(nothing)";

interface CrmDialogProps {
  person: User;
  asked: NonNullable<SandboxFacts["crm"]>;
  onClose: () => void;
}

/** What the CRM says of a customer when the desk asks it next. */
export function CrmDialog({ person, asked, onClose }: CrmDialogProps) {
  const known = crm.value.records[person.id];
  const [tier, setTier] = useState(known === undefined ? BY_ITSELF : (known.tier ?? NOTHING));
  const [agent, setAgent] = useState(known?.preferredAgent ?? null);
  const [reason, setReason] = useState(known?.reason ?? "");
  const [isStale, setStale] = useState((known?.ageMs ?? 0) > asked.staleAfterMs);
  const isTold = tier !== BY_ITSELF;

  const save = async (): Promise<void> => {
    const says = {
      tier: tier === NOTHING ? null : tier,
      preferredAgent: agent,
      reason: reason.trim() || null,
      segment: known?.segment ?? null,
      category: known?.category ?? null,
      ageMs: isStale ? 2 * asked.staleAfterMs : 0,
    };
    if (await ask("crm-says", { customer: person.id, says: isTold ? says : null })) onClose();
  };
  return (
    <Dialog title={`What the CRM says of ${person.first_name}`} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label>
          Tier
          <select autofocus value={tier} onChange={({ currentTarget }) => setTier(currentTarget.value)}>
            <option value={BY_ITSELF}>CRM knows nothing</option>
            {asked.tiers.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
            <option value={NOTHING}>none at all</option>
          </select>
        </label>
        <label>
          Agent who is to serve them
          <select
            disabled={!isTold}
            value={agent ?? ""}
            onChange={({ currentTarget }) => setAgent(Number(currentTarget.value) || null)}
          >
            <option value="">nobody in particular</option>
            {(facts.value?.agents ?? []).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Note for the agent
          <input
            aria-label="Note for the agent, in words"
            disabled={!isTold}
            maxLength={500}
            placeholder="nothing"
            value={reason}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            disabled={!isTold}
            checked={isStale}
            onChange={({ currentTarget }) => setStale(currentTarget.checked)}
          />
          Stale: what it knows is too old
        </label>
        <p class="dim">The desk asks with a new ticket, and keeps the answer for a while.</p>
        <div class="dialog-buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}
