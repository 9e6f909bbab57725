import { newUser } from "./accounts.ts";
import { newBot, type BotSettings } from "./new-world.ts";
import type { RetiredBot, WorldState } from "./state.ts";
import type { World } from "./world.ts";

/** Private chats and basic groups belong to one account: another bot has none of the former one's. */
function isOfAccount(chat: WorldState["chats"][number]): boolean {
  return chat.type === "private";
}

/** Who the bot is from now on. With another id it is another one; the former one is back once it gets its token again. */
export function becomeBot(world: World, settings: BotSettings): void {
  const { state } = world;
  const before = state.bot;
  const after = newBot(settings);
  if (after.profile.id === before.profile.id) {
    state.bot = after;
    // Switched off, topics are there still, unseen.
    for (const chat of Object.values(state.chats).filter(isOfAccount)) {
      chat.isForum = after.profile.has_topics_enabled;
    }
    return;
  }
  state.retired = { ...state.retired, [before.profile.id]: retire(world) };
  // What it has written in groups stays there, by a user like any other.
  state.users[before.profile.id] = newUser({
    id: before.profile.id,
    is_bot: true,
    first_name: before.profile.first_name,
    username: before.profile.username,
  });
  delete state.users[after.profile.id];
  state.bot = after;
  const known = state.retired[after.profile.id];
  begin(world, known ?? null);
  if (known !== undefined) delete state.retired[after.profile.id];
}

/** The bot's account is made anew under its old id: it has no private chats, and its numbers begin with 1. */
export function restoreAccount(world: World): void {
  retire(world);
  begin(world, null);
}

function retire(world: World): RetiredBot {
  const { state } = world;
  const chats = Object.fromEntries(Object.entries(state.chats).filter(([, chat]) => isOfAccount(chat)));
  const people = Object.entries(state.users).map(([id, { hasStarted, hasBlockedBot }]) => [
    id,
    { hasStarted, hasBlockedBot },
  ]);
  for (const id of Object.keys(chats)) delete state.chats[Number(id)];
  return {
    chats,
    people: Object.fromEntries(people) as RetiredBot["people"],
    accountMessage: state.counters.accountMessage,
    webhook: state.webhook,
    updates: state.updates,
    commands: state.commands,
  };
}

function begin(world: World, known: RetiredBot | null): void {
  const { state } = world;
  for (const [id, user] of Object.entries(state.users)) {
    const { hasStarted, hasBlockedBot } = known?.people[Number(id)] ?? {
      hasStarted: false,
      hasBlockedBot: false,
    };
    Object.assign(user, { hasStarted, hasBlockedBot });
  }
  Object.assign(state.chats, known?.chats);
  state.counters.accountMessage = known?.accountMessage ?? 0;
  state.commands = known?.commands ?? {};
  // Each bot's updates are numbered by themselves, so two bots may well use the same numbers.
  state.updates = known?.updates ?? { nextId: 100_000_001, count: 0, pending: {}, uniqueQueues: 0 };
  state.webhook = known?.webhook ?? {
    url: "",
    secretToken: null,
    maxConnections: 40,
    ipAddress: null,
    allowedUpdates: null,
    lastError: null,
    lastSetAt: null,
  };
}
