import { insides } from "../model/sandbox.ts";
import { drawerTab, group, isDrawerOpen, type DrawerTab } from "../model/scene.ts";
import { updates } from "../model/updates.ts";
import { Icon } from "../ui/icon.tsx";
import { tabKeys } from "../ui/tab-keys.ts";
import { Calls } from "./calls.tsx";
import { Faults } from "./faults.tsx";
import { OtherSystems } from "./other-systems.tsx";
import { Outbox } from "./outbox.tsx";
import { Scenarios } from "./scenarios.tsx";
import { StartOver } from "./start-over.tsx";
import { TicketPanel } from "./ticket-panel.tsx";
import { Updates } from "./updates.tsx";

const TABS: readonly { id: DrawerTab; words: string }[] = [
  { id: "scenarios", words: "Scenarios" },
  { id: "ticket", words: "Ticket" },
  { id: "outbox", words: "Inbox & outbox" },
  { id: "calls", words: "Bot API calls" },
  { id: "systems", words: "Other systems" },
  { id: "updates", words: "Updates" },
  { id: "faults", words: "Faults" },
];

/** What happens beneath, live. */
export function Drawer() {
  const inside = group.value === null ? undefined : insides.value.get(group.value.id);
  const waiting = inside?.waitingCount ?? 0;
  const pending = updates.value.filter(({ state }) => state !== "delivered" && state !== "dropped").length;
  const counts: Partial<Record<DrawerTab, number>> = { outbox: waiting, updates: pending };
  return (
    <aside class="drawer" aria-label="What happens beneath">
      <div class="drawer-bar">
        <div
          class="drawer-tabs"
          role="tablist"
          aria-label="Under the hood: what happens beneath"
          onKeyDown={tabKeys}
        >
          {TABS.map(({ id, words }) => (
            <button
              type="button"
              key={id}
              role="tab"
              id={`tab-${id}`}
              aria-selected={drawerTab.value === id}
              tabIndex={drawerTab.value === id ? 0 : -1}
              aria-controls="drawer-panel"
              onClick={() => (drawerTab.value = id)}
            >
              {words}
              {(counts[id] ?? 0) > 0 && <span class="count">{counts[id]}</span>}
            </button>
          ))}
        </div>
        <StartOver />
        <button
          type="button"
          class="icon-button"
          aria-label="Close the drawer"
          onClick={() => (isDrawerOpen.value = false)}
        >
          <Icon name="close" />
        </button>
      </div>
      <div
        key={drawerTab.value}
        class="drawer-panel"
        role="tabpanel"
        id="drawer-panel"
        aria-labelledby={`tab-${drawerTab.value}`}
        tabIndex={0}
      >
        <Panel tab={drawerTab.value} />
      </div>
    </aside>
  );
}

function Panel({ tab }: { tab: DrawerTab }) {
  switch (tab) {
    case "scenarios":
      return <Scenarios />;
    case "ticket":
      return <TicketPanel />;
    case "outbox":
      return <Outbox />;
    case "calls":
      return <Calls />;
    case "systems":
      return <OtherSystems />;
    case "updates":
      return <Updates />;
    case "faults":
      return <Faults />;
    default:
      return tab satisfies never;
  }
}
