import { Bot, webhookCallback } from "grammy";
import { MAIN_CHAT } from "../../support/desks.ts";

export { CallMeter } from "../../../src/metering/call-meter.ts";

/** The configuration that it is served with asks for an object; nobody calls it. */
export { TopicGroup } from "./bare.ts";

/** Who the bot is, so that it need not ask. */
const botInfo = { id: 7_000_000_001, is_bot: true, first_name: "Desk", username: "desk_bot" } as never;
let handle: ((request: Request) => Promise<Response>) | undefined;

/** An ordinary forwarder: whatever a customer writes is copied to the staff group, and nothing is remembered. */
export default {
  fetch(request, env) {
    if (handle === undefined) {
      const bot = new Bot(env.BOT_TOKEN, { botInfo, client: { apiRoot: env.TELEGRAM_API_ROOT } });
      bot.chatType("private").on("message", (ctx) => ctx.copyMessage(MAIN_CHAT));
      handle = webhookCallback(bot, "cloudflare-mod", { secretToken: env.WEBHOOK_SECRET });
    }
    return handle(request);
  },
} satisfies ExportedHandler<Env>;
