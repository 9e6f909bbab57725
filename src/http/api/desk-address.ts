import * as z from "zod";
import { forDocs } from "#for-docs";
import { deskOrigin } from "../../domain/desk/address.ts";
import { TELEGRAM_SECRETS, toldSecret } from "../../domain/desk/secrets.ts";
import { leadWebhook, moveDesk } from "../../groups/reconciling/desk-address.ts";
import { Reconciliation } from "../../record/reconciliation.ts";
import { botIdOf } from "../../telegram/api.ts";
import { callerOf } from "../caller.ts";
import { ADDRESS_CHARS_MAX } from "../limits.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { Instant, instantOrNull } from "./shared.ts";

/** Where the desk itself is, and where Telegram sends its updates. */
export const deskAddressApi = new Operations();

const Url = forDocs(() => z.string().meta({ example: "https://desk.example.com" }));
const Address = forDocs(() =>
  z
    .object({
      url: Url.nullable().meta({ description: "Null: not set" }),
      since: Instant.nullable(),
      updates: z
        .object({
          url: z.string().meta({ example: "https://desk.example.com/telegram/webhook" }),
          since: Instant.nullable().meta({ description: "Null: since before the desk noted it" }),
        })
        .nullable()
        .meta({ description: "Where updates came last; null: none has come yet" }),
      bot: z.object({ id: z.int() }).meta({ description: "Whose updates they are" }),
    })
    .meta({ id: "DeskAddress" }),
);
const Led = forDocs(() =>
  z
    .object({
      url: z.string().meta({ example: "https://desk.example.com/telegram/webhook" }),
      set: z.boolean().meta({
        description:
          "Whether Telegram sends updates there now. False: it did not answer, or updates are being drained; the drain or the next reconciliation sets it",
      }),
      secret: z.enum(TELEGRAM_SECRETS).nullable().meta({
        description: "Which secret Telegram presents; null: the desk has none yet",
        example: "TELEGRAM_SECRET",
      }),
    })
    .meta({ id: "WebhookSet" }),
);

deskAddressApi.add(
  operation("GET /desk/address", {
    ...forDocs(() => ({
      id: "getDeskAddress",
      summary: "Gets the desk's own address, and where updates come",
      answer: [200, Address, "As it is known"],
    })),
    scopes: ["metrics:read"],
  }),
  async (c) => c.json(await addressJson(c.env), 200),
);

deskAddressApi.add(
  operation("PUT /desk/address", {
    ...forDocs(() => ({
      id: "setDeskAddress",
      summary: "Sets the desk's own address, and leads Telegram's updates there",
      description:
        "After a move to another domain, Worker or port. Reconciliation leads the webhook back to this address from then on. An address that Telegram refuses is not kept.",
      example: { url: "https://desk.example.com" },
      answer: [200, Address.extend({ webhook: Led }).meta({ id: "DeskMoved" }), "It is kept"],
      problems: ["address.refused"],
    })),
    scopes: ["admin"],
    body: z
      .strictObject({
        url: z
          .string()
          .max(ADDRESS_CHARS_MAX)
          .meta(
            forDocs({
              description: "Its origin, with https and without a path",
              example: "https://desk.example.com",
            }),
          ),
      })
      .meta(forDocs({ id: "DeskAddressChange" })),
  }),
  async (c) => {
    const { url } = c.req.valid("json");
    const origin = deskOrigin(url, c.env.ALLOW_LOOPBACK === "true");
    if (origin === null) {
      return problem(c, "request.invalid", {
        problems: [
          {
            pointer: "/url",
            message: 'must be an address such as "https://desk.example.com", without a path',
          },
        ],
      });
    }
    const webhook = await moveDesk(c.env, origin, callerOf(c), c.get("now")());
    if ("refused" in webhook) {
      return problem(c, "address.refused", { detail: `Telegram says: ${webhook.refused}` });
    }
    return c.json({ ...(await addressJson(c.env)), webhook: ledJson(webhook, c.env) }, 200);
  },
);

deskAddressApi.add(
  operation("POST /reconciliation/webhook", {
    ...forDocs(() => ({
      id: "setTelegramWebhook",
      summary: "Sets Telegram's webhook again: to the desk's address, with the desk's present secret",
      description:
        "After the secret for Telegram was changed, or when the webhook leads elsewhere and was left there. If the desk's address is not set, it is where updates came last.",
      answer: [200, Led, "What Telegram said"],
      problems: ["address.unknown", "address.refused"],
    })),
    scopes: ["admin"],
  }),
  async (c) => {
    const led = await leadWebhook(c.env, callerOf(c), c.get("now")());
    if (led === "no_address") return problem(c, "address.unknown");
    if ("refused" in led) return problem(c, "address.refused", { detail: `Telegram says: ${led.refused}` });
    return c.json(ledJson(led, c.env), 200);
  },
);

function ledJson(led: { url: string; set: boolean }, env: Env): z.infer<typeof Led> {
  return { ...led, secret: toldSecret(env) };
}

async function addressJson(env: Env): Promise<z.infer<typeof Address>> {
  const store = new Reconciliation(env.DB);
  const [address, updates] = await Promise.all([store.address(), store.webhookSeen()]);
  return {
    url: address?.url ?? null,
    since: instantOrNull(address?.at ?? null),
    updates: updates === null ? null : { url: updates.url, since: instantOrNull(updates.at || null) },
    bot: { id: botIdOf(env.BOT_TOKEN) },
  };
}
