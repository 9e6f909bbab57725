import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realNow } from "../../../src/real-clock.ts";
import { buildWorker } from "../../../src/setup/worker/build.ts";
import { UPDATE_KINDS } from "../../../src/telegram/update-kinds.ts";
import { KillableDesk } from "../../crash/killable-desk.ts";
import { SECRETS } from "../../support/desk-api.ts";
import { HASTE, hastyClock, HASTY_MORNING } from "../../support/hasty-clock.ts";
import { ACTS, WEIGHTS, type ActName } from "../actors/acts.ts";
import { simulatedDesk } from "../config.ts";
import { count, type Counts } from "../counts.ts";
import { SPELL_WEIGHTS, SPELLS, Weather, type SpellName } from "../faults/weather.ts";
import { Agreement } from "../invariants/agreement.ts";
import { Ledger, type Fault } from "../ledger.ts";
import { Dice } from "../runtime/dice.ts";
import { Telegram } from "../runtime/telegram.ts";
import { Scene } from "../scene.ts";
import { CRON_DOOR } from "./cron-door.ts";
import { HurriedTime } from "./hurried-time.ts";
import { neighbours } from "./neighbours.ts";
import { StoredTables } from "./stored-tables.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const PAUSE_MS = 5 * SECOND;
/** In between the runtime is killed; in the hurried time. */
const LIVES_MS = [4 * MINUTE, 20 * MINUTE] as const;
/** The longest that something may wait once nothing goes wrong any more; ten minutes of the real time. */
const CALM_PATIENCE_MS = 5 * HOUR;
/** Longer spells would take longer than people look on. */
const SPELL_MAX_MS = 20 * MINUTE;

/** What the desk's neighbours can do; what goes wrong within the runtime is done by killing it. */
const OUTSIDE = (Object.keys(SPELLS) as SpellName[]).filter((name) => {
  const spell: { call?: unknown; update?: unknown; others?: unknown; lastsMs: readonly number[] } =
    SPELLS[name];
  const isOutside = spell.call !== undefined || spell.update !== undefined || spell.others !== undefined;
  return isOutside && spell.lastsMs[1] <= SPELL_MAX_MS;
});

export interface PlayedInWorkerd {
  messages: number;
  acts: Counts;
  spells: Counts;
  kills: number;
  faults: Fault[];
  realSeconds: number;
}

/**
 * The same people with the same habits in the same weather, and the desk in a real workerd that is killed now and then. The
 * runtime has its own time and order: a seed says who does what, and not when the rest happens.
 */
export async function playedInWorkerd(seed: number, messages: number): Promise<PlayedInWorkerd> {
  await using remains = new AsyncDisposableStack();
  const began = realNow();
  const statePath = await mkdtemp(join(tmpdir(), "topicdesk-simulated-"));
  remains.defer(() => rm(statePath, { recursive: true, force: true }));
  const bundle = await buildWorker("test/simulation/in-workerd/desk.ts", join(statePath, "bundle"));

  const startedAt = realNow();
  const clock = hastyClock(startedAt);
  const time = new HurriedTime(() => clock.now());
  const weather = new Weather(new Dice(seed, "weather"));
  const around = await neighbours(
    () => telegram,
    () => weather.others(),
    remains,
  );
  const desk = await KillableDesk.open({
    statePath,
    telegramRoot: around.url,
    secrets: SECRETS,
    bundle,
    clockOffsetMs: HASTY_MORNING - startedAt,
  });
  remains.defer(() => desk.kill());

  const stores = new StoredTables(statePath);
  const ledger: Ledger = new Ledger(
    () => time.now,
    {
      carriedBy: (group, seq) => agreement.carriedBy(group, seq),
      numbered: (group, number) => agreement.numbered(group, number),
    },
    // A machine that is slow for a second is slow for half a minute here: nobody is starved by it.
    () => time.now,
  );
  const telegram: Telegram = new Telegram(time, seed, SECRETS.BOT_TOKEN, {
    botWrote: (message, call, place) => {
      ledger.botWrote(message, call, place);
      const topic = message.message_thread_id;
      if (message.chat.id < 0 && message.is_topic_message === true && topic !== undefined)
        if (ledger.ownerOf(message.chat.id, topic) !== undefined) scene.heardIn(message.chat.id, topic);
    },
    called: (call, status) => {
      if (status === 200) ledger.called(call);
    },
    deliver: async (delivery) => {
      try {
        const { ok, status, headers } = await fetch(delivery.url, {
          method: "POST",
          headers: delivery.headers,
          body: JSON.stringify(delivery.update),
        });
        const { message } = delivery.update;
        if (ok && message !== undefined) ledger.accepted(message.chat.id, message.message_id);
        const retryAfter = headers.get("retry-after");
        return { status, ...(retryAfter === null ? {} : { retryAfterSeconds: Number(retryAfter) }) };
      } catch (error) {
        return { error: String(error) };
      }
    },
    callFate: (call) => weather.callFate(call),
    updateFate: () => weather.updateFate(),
  });
  const api = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${desk.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${SECRETS.ADMIN_TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => new Response(null, { status: 503 }));
  const scene: Scene = new Scene({
    telegram,
    desk: { api },
    ledger,
    config: simulatedDesk(3, around),
    later: (ms, act) => void time.after(ms, act),
    configured: () => undefined,
  });
  const agreement = new Agreement(stores, telegram);

  scene.open();
  await telegram.call(
    SECRETS.BOT_TOKEN,
    "setWebhook",
    JSON.stringify({
      url: `${desk.url}/telegram/webhook`,
      secret_token: SECRETS.WEBHOOK_SECRET,
      allowed_updates: UPDATE_KINDS,
    }),
    null,
  );
  const put = await api("PUT", "/api/v1/config", scene.config);
  if (put.status !== 200) throw new Error(`the configuration was refused: ${await put.text()}`);
  const minutes = setInterval(() => void api("POST", CRON_DOOR), MINUTE / HASTE);
  remains.defer(() => clearInterval(minutes));

  const acts: Counts = new Map();
  const spells: Counts = new Map();
  /** Aborted once everybody has acted. */
  const acting = new AbortController();
  const { signal } = acting;
  const changing = changeWeather();
  const killing = killAgainAndAgain();
  for (let number = 1; scene.messages < messages; number += 1) {
    const dice = new Dice(seed, "act", number);
    await time.wait(dice.longTailed(PAUSE_MS, MINUTE));
    const name = dice.weighted<ActName>(WEIGHTS);
    if (ACTS[name].act(scene, dice)) count(acts, name);
  }
  acting.abort();
  const kills = await killing;
  await changing;
  await comeToRest();
  return {
    messages: scene.messages,
    acts,
    spells,
    kills,
    faults: ledger.faults,
    realSeconds: (realNow() - began) / SECOND,
  };

  async function changeWeather(): Promise<void> {
    const weights = Object.fromEntries(OUTSIDE.map((name) => [name, SPELL_WEIGHTS[name]]));
    for (let number = 1; !signal.aborted; number += 1) {
      const dice = new Dice(seed, "spell", number);
      await time.wait(dice.longTailed(2 * MINUTE, 15 * MINUTE));
      const name = dice.weighted(weights) as SpellName;
      count(spells, name);
      const [least, most] = SPELLS[name].lastsMs;
      time.after(dice.between(least, most), weather.begin(name, dice));
    }
  }

  /** At any moment, in the middle of whatever is under way. */
  async function killAgainAndAgain(): Promise<number> {
    const dice = new Dice(seed, "kills");
    for (let count = 0; ; count += 1) {
      const until = time.now + dice.between(...LIVES_MS);
      while (!signal.aborted && time.now < until) await time.wait(10 * SECOND);
      if (signal.aborted) return count;
      await desk.kill();
      await desk.start();
    }
  }

  /** Nothing goes wrong any more, and nobody does anything: everything that waits has to come out. */
  async function comeToRest(): Promise<void> {
    weather.calm();
    const since = time.now;
    let waits = ["not looked at yet"];
    while (waits.length > 0 && time.now < since + CALM_PATIENCE_MS) {
      await time.wait(2 * MINUTE);
      stores.look();
      waits = agreement.waiting();
      for (const id of scene.erasing) waits.push(`customer ${id} is still to be erased`);
    }
    for (const what of waits) ledger.fail("waits", what);
    for (const what of agreement.differences()) ledger.fail("record", what);
    for (const what of agreement.appliedTwice()) ledger.fail("applied twice", what);
    for (const what of agreement.left(ledger.gone)) ledger.fail("erased", what);
    for (const what of agreement.missing(scene.held)) ledger.fail("held", what);
    ledger.settleAll(since);
  }
}
