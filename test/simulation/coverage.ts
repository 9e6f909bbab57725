import type { Update } from "grammy/types";
import { EVENT_TYPES } from "../../src/domain/ticket/events.ts";
import { botIdOf } from "../../src/telegram/api.ts";
import { inbound, type Arrival } from "../../src/telegram/inbound.ts";
import { markKeyOf } from "../../src/telegram/mark.ts";
import { DELIVERIES } from "../../src/topic-group/works.ts";
import { count, type Counts } from "./counts.ts";
import { TOKEN, type Desk } from "./runtime/desk.ts";
import type { Spent } from "./runtime/invocations.ts";

const ARRIVALS = {
  customer_message: true,
  customer_command: true,
  customer_edit: true,
  customer_reaction: true,
  customer_press: true,
  customer_membership: true,
  staff_message: true,
  staff_slash: true,
  staff_edit: true,
  staff_reaction: true,
  staff_press: true,
  topic_created: true,
  topic_closed: true,
  topic_reopened: true,
  topic_edited: true,
  bot_rights: true,
  stranger: true,
  channel_direct: true,
  nothing: true,
  unreadable: true,
} satisfies Record<Arrival["kind"], true>;

/** What there is that could be exercised, in the desk's own words. */
export const ALL = {
  arrivals: Object.keys(ARRIVALS),
  events: EVENT_TYPES as readonly string[],
  works: Object.keys(DELIVERIES.works),
};

/** How often each part of the desk was exercised. */
export class Coverage {
  readonly arrivals: Counts = new Map();
  readonly outcomes: Counts = new Map();
  readonly invocations = new Map<string, Spent>();
  readonly #markKey = markKeyOf(TOKEN);

  arrived(update: Update, groups: readonly { chatId: number }[]): void {
    const chat = (update.message ?? update.edited_message ?? update.message_reaction ?? update.my_chat_member)
      ?.chat.id;
    const groupChatId = groups.find(({ chatId }) => chatId === (chat ?? chatOfPress(update)))?.chatId ?? 0;
    count(
      this.arrivals,
      inbound(update, { botId: botIdOf(TOKEN), groupChatId, markKey: this.#markKey }).kind,
    );
  }

  spent(what: string, { requests, subrequests, queries }: Readonly<Spent>): void {
    const most = this.invocations.get(what);
    if (most === undefined) this.invocations.set(what, { requests, subrequests, queries });
    else {
      most.requests = Math.max(most.requests, requests);
      most.subrequests = Math.max(most.subrequests, subrequests);
      most.queries = Math.max(most.queries, queries);
    }
  }

  /** From now on the objects count what they put into their outboxes. */
  watchWorks(desk: Desk): void {
    for (const { sqlite } of desk.groups.hosts.values()) {
      sqlite.run("CREATE TEMP TABLE works_put (kind TEXT PRIMARY KEY, n INTEGER)");
      sqlite.run(
        `CREATE TEMP TRIGGER works_counted AFTER INSERT ON main.outbox BEGIN
           INSERT INTO works_put VALUES (new.kind, 1) ON CONFLICT (kind) DO UPDATE SET n = n + 1;
         END`,
      );
    }
  }

  works(desk: Desk): Counts {
    const counts: Counts = new Map();
    for (const { sqlite } of desk.groups.hosts.values())
      for (const [kind, n] of sqlite.rows("SELECT kind, n FROM works_put", []).rows)
        counts.set(String(kind), (counts.get(String(kind)) ?? 0) + Number(n));
    return counts;
  }

  events(desk: Desk): Counts {
    const { rows } = desk.d1.sqlite.rows("SELECT type, count(*) FROM ticket_events GROUP BY type", []);
    return new Map(rows.map(([type, n]) => [String(type), Number(n)]));
  }
}

function chatOfPress({ callback_query: press }: Update): number | undefined {
  return press?.message?.chat.id;
}
