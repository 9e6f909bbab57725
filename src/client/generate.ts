import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalDesk } from "../sandbox/desk/local-desk.ts";
import { typesOf, type ContractDocument } from "./types-of.ts";

/* `npm run client`: asks the desk, in its real runtime, for its contract and writes `contract.ts`. */

const statePath = await mkdtemp(join(tmpdir(), "topicdesk-contract-"));
const secrets = { BOT_TOKEN: "1:contract", WEBHOOK_SECRET: "contract", ADMIN_TOKEN: "contract" };
const desk = await startLocalDesk({ statePath, port: 0, telegramRoot: "http://127.0.0.1:9", secrets });
try {
  const contract = (await (await fetch(`${desk.url}/api/v1/openapi.json`)).json()) as ContractDocument;
  await writeFile(join(import.meta.dirname, "contract.ts"), typesOf(contract));
} finally {
  await desk.close();
  await rm(statePath, { recursive: true, force: true });
}
