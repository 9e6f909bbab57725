import { useState } from "preact/hooks";
import { relativeWords, secondsWords, worldNow } from "../model/clock.ts";
import { faults } from "../model/connection.ts";
import { ask, crm, facts, insides, movingTo, playing, recordDown } from "../model/sandbox.ts";
import { drawerTab, isDrawerOpen, side } from "../model/scene.ts";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { tabKeys } from "../ui/tab-keys.ts";
import { Hint } from "./hint.tsx";

const TO_DEADLINE = "Skip to next deadline";
const MINUTE_MS = 60_000;
const JUMPS: readonly { words: string; ms: number; label: string }[] = [
  { words: "+1 min", ms: MINUTE_MS, label: "+1 min: move time forward by a minute" },
  { words: "+15 min", ms: 15 * MINUTE_MS, label: "+15 min: move time forward by fifteen minutes" },
  { words: "+1 h", ms: 60 * MINUTE_MS, label: "+1 h: move time forward by an hour" },
  { words: "+1 day", ms: 1_440 * MINUTE_MS, label: "+1 day: move time forward by a day" },
];

/** What belongs to both sides: time, scenarios, and a look under the hood. */
export function TopBar() {
  const now = worldNow();
  const wakes = [...insides.value.values()].map(({ wakeAt }) => wakeAt).filter((at) => at !== null);
  const next = wakes.length === 0 ? null : Math.min(...wakes);
  const isMoving = movingTo.value !== null;
  const [menuAt, openMenu] = useState<{ x: number; y: number } | null>(null);
  const nextWords = next === null ? "Nothing is due" : `Next: ${relativeWords(next, now)}`;
  const wrong = faults.value.length + (recordDown.value ? 1 : 0) + (crm.value.state === "well" ? 0 : 1);
  return (
    <header>
      <div class="top-bar">
        <h1>{facts.value?.desk ?? "Topicdesk"}</h1>
        <div class="side-tabs" role="tablist" aria-label="Sides" onKeyDown={tabKeys}>
          <button
            type="button"
            role="tab"
            aria-selected={side.value === "customers"}
            tabIndex={side.value === "customers" ? 0 : -1}
            onClick={() => (side.value = "customers")}
          >
            Customers
          </button>
          <button
            type="button"
            role="tab"
            aria-selected={side.value === "staff"}
            tabIndex={side.value === "staff" ? 0 : -1}
            onClick={() => (side.value = "staff")}
          >
            Staff
          </button>
        </div>
        <div class="time" role="group" aria-label="Time">
          <time
            class={isMoving ? "moving" : ""}
            dateTime={new Date(now).toISOString()}
            title={new Date(now).toString()}
          >
            <span class="date">
              {new Date(now).toLocaleDateString(undefined, {
                weekday: "short",
                day: "numeric",
                month: "short",
              })}{" "}
            </span>
            {secondsWords(now)}
          </time>
          <span class="jumps">
            {JUMPS.map(({ words, ms, label }) => (
              <button
                type="button"
                key={words}
                aria-label={label}
                disabled={isMoving}
                onClick={() => void ask("travel", { advanceMs: ms })}
              >
                {words}
              </button>
            ))}
            <button
              type="button"
              disabled={isMoving || next === null}
              aria-label={`${TO_DEADLINE}: move time to the next thing due`}
              title={nextWords}
              onClick={() => void ask("travel", { advanceMs: null })}
            >
              <Icon name="next" /> {TO_DEADLINE}
            </button>
          </span>
          <button
            type="button"
            class="jump-menu"
            aria-label="Move time forward"
            aria-haspopup="menu"
            disabled={isMoving}
            onClick={({ currentTarget }) => {
              const { left, bottom } = currentTarget.getBoundingClientRect();
              openMenu({ x: left, y: bottom + 4 });
            }}
          >
            <Icon name="next" />
          </button>
        </div>
        <div class="top-right">
          {playing.value?.state === "playing" && <span class="playing-dot">playing</span>}
          {wrong > 0 && (
            <button
              type="button"
              class="warning-button"
              onClick={() => {
                drawerTab.value = "faults";
                isDrawerOpen.value = true;
              }}
            >
              {wrong === 1 ? "1 fault is on" : `${wrong} faults are on`}
            </button>
          )}
          <button
            type="button"
            onClick={() => {
              drawerTab.value = "scenarios";
              isDrawerOpen.value = true;
            }}
          >
            <Icon name="play" /> <span class="words">Scenarios</span>
          </button>
          <button
            type="button"
            aria-expanded={isDrawerOpen.value}
            aria-label="Under the hood: what happens beneath"
            title="Under the hood"
            onClick={() => (isDrawerOpen.value = !isDrawerOpen.value)}
          >
            <Icon name="hood" /> <span class="words">Under the hood</span>
          </button>
        </div>
      </div>
      <Hint />
      {menuAt !== null && (
        <Menu
          at={menuAt}
          label="Move time forward"
          onClose={() => openMenu(null)}
          items={[
            ...JUMPS.map(({ words, ms }) => ({ words, do: () => ask("travel", { advanceMs: ms }) })),
            ...(next === null
              ? []
              : [
                  {
                    words: `${TO_DEADLINE} (${relativeWords(next, now)})`,
                    do: () => ask("travel", { advanceMs: null }),
                  },
                ]),
          ]}
        />
      )}
    </header>
  );
}
