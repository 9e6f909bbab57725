import { startTelegramSandbox } from "./server.ts";

const DEFAULT_PORT = 8081;

const { url } = await startTelegramSandbox({ port: Number(process.env["PORT"] ?? DEFAULT_PORT) });
console.log(`Bot API  ${url}\nControl  ${url}/control`);
