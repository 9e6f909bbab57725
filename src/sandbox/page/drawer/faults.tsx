import type { CrmState } from "../../scenarios/crm.ts";
import type { FaultSettings } from "../../telegram/client.ts";
import { faults } from "../model/connection.ts";
import { ask, crm, facts, recordDown } from "../model/sandbox.ts";
import { act } from "../model/telegram.ts";

/* Not `getMe`: a call to a customer goes out only once Telegram has answered that, and would wait otherwise. */
const WRITING = [
  "sendMessage",
  "sendMediaGroup",
  "sendLocation",
  "copyMessage",
  "copyMessages",
  "forwardMessage",
  "editMessageText",
  "editMessageCaption",
  "editMessageMedia",
  "editMessageReplyMarkup",
  "editMessageLiveLocation",
  "stopMessageLiveLocation",
  "deleteMessage",
  "setMessageReaction",
  "createForumTopic",
  "editForumTopic",
  "closeForumTopic",
  "reopenForumTopic",
  "deleteForumTopic",
];

const FAULTS: readonly { words: string; shows: string; settings: FaultSettings }[] = [
  {
    words: "Telegram says 429",
    shows: "Every call is refused for 20 s; the desk waits that long, then goes at half the rate.",
    settings: { effect: "flood", retryAfter: 20 },
  },
  {
    words: "Answers get lost",
    shows:
      "Calls that write are done, but nobody hears of it: topics see a message twice rather than never, customers are asked about.",
    settings: { effect: "answer_lost", methods: WRITING },
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

const CRM_FAULTS: readonly { state: CrmState; words: string; shows: string }[] = [
  {
    state: "slow",
    words: "The CRM is slow",
    shows:
      "It thinks for three seconds; the desk waits for it no longer than it likes, and tickets not at all.",
  },
  {
    state: "down",
    words: "The CRM is down",
    shows: "It answers 503: it is asked again, then left alone for a while; what is known decides.",
  },
  {
    state: "lying",
    words: "The CRM is lying",
    shows: "Its answers break their contract: nothing of them is believed.",
  },
];

/** Things that go wrong, switched on and off; the other tabs show how the desk heals. */
export function Faults() {
  return (
    <ul class="fault-list">
      {FAULTS.map(({ words, shows, settings }) => {
        const active = faults.value.filter(({ effect }) => effect === settings.effect);
        return (
          <Switch
            key={words}
            words={words}
            shows={shows}
            isOn={active.length > 0}
            turn={(on) =>
              on
                ? act("faults", { add: [settings] })
                : act("clearFaults", { ids: active.map(({ id }) => id) })
            }
          />
        );
      })}
      <Switch
        words="D1 is down"
        shows="Conversations go on; the record catches up afterwards."
        isOn={recordDown.value}
        turn={(on) => ask("record", { down: on })}
      />
      {facts.value?.crm != null &&
        CRM_FAULTS.map(({ state, words, shows }) => (
          <Switch
            key={state}
            words={words}
            shows={shows}
            isOn={crm.value.state === state}
            turn={(on) => ask("crm-state", { state: on ? state : "well" })}
          />
        ))}
    </ul>
  );
}

interface SwitchProps {
  words: string;
  shows: string;
  isOn: boolean;
  turn: (on: boolean) => unknown;
}

function Switch({ words, shows, isOn, turn }: SwitchProps) {
  return (
    <li>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={isOn}
          onChange={({ currentTarget }) => void turn(currentTarget.checked)}
        />
        <span>
          <b>{words}</b>
          <span class="dim">{shows}</span>
        </span>
      </label>
    </li>
  );
}
