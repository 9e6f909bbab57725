import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contractDocuments } from "../setup/api-docs/contract.ts";
import { typesOf, type ContractDocument } from "./types-of.ts";

/* `npm run client`: writes `contract.ts` from the contract of this checkout. */

const { "/api/v1/openapi.json": contract } = await contractDocuments();
await writeFile(join(import.meta.dirname, "contract.ts"), typesOf(JSON.parse(contract!) as ContractDocument));
