import type { FaultSettings } from "../../telegram/client.ts";
import { faults } from "../model/connection.ts";
import { ask, recordDown } from "../model/sandbox.ts";
import { act } from "../model/telegram.ts";

const FAULTS: readonly { words: string; shows: string; settings: FaultSettings }[] = [
  {
    words: "Telegram says 429",
    shows: "Every call is refused for 20 s; the desk waits that long, then goes at half the rate.",
    settings: { effect: "flood", retryAfter: 20 },
  },
  {
    words: "Answers get lost",
    shows:
      "Calls are done, but nobody hears of it: topics see a message twice rather than never, customers are asked about.",
    settings: { effect: "answer_lost" },
  },
  {
    words: "Telegram refuses copies",
    shows: "Messages cannot be copied for good: each is put aside and said once, the others go on.",
    settings: {
      effect: "refuse",
      code: 400,
      description: "Bad Request: not enough rights to send text messages to the chat",
      methods: ["copyMessage", "copyMessages"],
    },
  },
  {
    words: "Telegram is slow",
    shows: "Every answer takes three seconds.",
    settings: { effect: "slow", ms: 3_000 },
  },
  {
    words: "Telegram is down",
    shows: "Nothing reaches the bot, and the bot reaches nobody; everything waits.",
    settings: { effect: "down" },
  },
];

/** Things that go wrong, switched on and off; the other tabs show how the desk heals. */
export function Faults() {
  return (
    <ul class="fault-list">
      {FAULTS.map(({ words, shows, settings }) => {
        const active = faults.value.filter(({ effect }) => effect === settings.effect);
        return (
          <li key={words}>
            <label class="switch">
              <input
                type="checkbox"
                role="switch"
                checked={active.length > 0}
                onChange={({ currentTarget }) =>
                  void (currentTarget.checked
                    ? act("faults", { add: [settings] })
                    : act("clearFaults", { ids: active.map(({ id }) => id) }))
                }
              />
              <span>
                <b>{words}</b>
                <span class="dim">{shows}</span>
              </span>
            </label>
          </li>
        );
      })}
      <li>
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={recordDown.value}
            onChange={({ currentTarget }) => void ask("record", { down: currentTarget.checked })}
          />
          <span>
            <b>D1 is down</b>
            <span class="dim">Conversations go on; the record catches up afterwards.</span>
          </span>
        </label>
      </li>
    </ul>
  );
}
