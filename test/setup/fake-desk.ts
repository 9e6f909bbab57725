import { checkConfig } from "../../src/domain/config-check/check.ts";
import { deskOrigin, webhookOf } from "../../src/domain/desk/address.ts";
import { signingRoot, telegramSecrets, toldSecret } from "../../src/domain/desk/secrets.ts";
import { UPDATE_KINDS } from "../../src/telegram/update-kinds.ts";

/** What a deployed desk keeps in its database, as far as a deployment touches it. */
export interface DeskDatabase {
  config: unknown;
  address: string | null;
  updatesUrl: string | null;
  /** Whose updates its ledger has. */
  bot: number | null;
  keys: { id: string; key: string; isRevoked: boolean }[];
}

interface DeskParts {
  secrets: Record<string, string>;
  database: DeskDatabase | null;
  isOld: boolean;
  telegramRoot: string;
}

/** The API of a deployed desk, as far as a deployment uses it: it knows the secrets that Cloudflare gave it. */
export class FakeDesk {
  readonly #desk: DeskParts;

  constructor(desk: DeskParts) {
    this.#desk = desk;
  }

  /** From what receivers of its webhooks check signatures. */
  get root(): string {
    return signingRoot(this.#desk.secrets);
  }

  async answer(url: string, init: RequestInit = {}): Promise<Response> {
    const { secrets, database, isOld } = this.#desk;
    const { authorization } = (init.headers ?? {}) as Record<string, string>;
    const token = authorization?.replace(/^Bearer /, "") ?? "";
    const key = database?.keys.find((one) => one.key === token);
    const isAdmin = token !== "" && token === secrets["ADMIN_TOKEN"];
    if (database === null) return problem(503, "record.unreachable");
    if (!isAdmin && key === undefined) return problem(401, "auth.invalid");
    if (key?.isRevoked === true) return problem(401, "auth.revoked");
    const route = `${init.method ?? "GET"} ${new URL(url).pathname.replace("/api/v1", "")}`;
    const hasKey = database.keys.some(({ isRevoked }) => !isRevoked);
    if (isAdmin && hasKey && !route.includes("/keys")) return problem(403, "auth.bootstrap_only");
    const body = init.body === undefined ? {} : (JSON.parse(init.body as string) as Record<string, unknown>);
    if (isOld && route.includes("/desk/address")) return problem(404, "route.not_found");
    return this.#route(route, body, database);
  }

  async #route(route: string, body: Record<string, unknown>, database: DeskDatabase): Promise<Response> {
    const revoked = /^POST \/keys\/(.*)\/revoke$/.exec(route)?.[1];
    if (revoked !== undefined) {
      database.keys.find(({ id }) => id === revoked)!.isRevoked = true;
      return Response.json({});
    }
    switch (route) {
      case "GET /config":
        return database.config === null ? problem(404, "config.not_found") : Response.json(database.config);
      case "PUT /config": {
        const { problems } = checkConfig(body);
        if (problems.length > 0) return Response.json({ code: "config.invalid", problems }, { status: 422 });
        database.config = body;
        return Response.json({ version: 1 });
      }
      case "GET /desk/address":
        return Response.json({ url: database.address });
      case "PUT /desk/address": {
        const origin = deskOrigin(String(body["url"]), false);
        if (origin === null) return problem(422, "request.invalid");
        database.address = origin;
        return Response.json({ url: origin, webhook: await this.#lead(origin) });
      }
      case "POST /reconciliation/webhook":
        return Response.json(await this.#lead(database.address!));
      case "POST /keys": {
        const made = {
          id: `k${database.keys.length}`,
          key: `topicdesk_${database.keys.length}`,
          isRevoked: false,
        };
        database.keys.push(made);
        return Response.json(made, { status: 201 });
      }
      default:
        return problem(404, "route.not_found");
    }
  }

  async #lead(origin: string) {
    const { secrets, telegramRoot } = this.#desk;
    const url = webhookOf(origin);
    const answer = await fetch(`${telegramRoot}/bot${secrets["BOT_TOKEN"]}/setWebhook`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url, secret_token: telegramSecrets(secrets)[0], allowed_updates: UPDATE_KINDS }),
    });
    return { url, set: answer.ok, secret: toldSecret(secrets) };
  }
}

function problem(status: number, code: string): Response {
  return Response.json({ code, status }, { status });
}
