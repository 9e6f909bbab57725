import { Agent, request } from "node:http";
import type { Carried, Load } from "./load.ts";

/* Sends what its parent asks for, and tells how it went. */

process.on("message", (load: Load) => void carry(load).then((carried) => process.send!(carried)));

async function carry({ url, secret, chats }: Load): Promise<Carried> {
  const agent = new Agent({ keepAlive: true, maxSockets: chats.length });
  const headers = { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret };
  const bodies = chats.map((updates) => updates.map((update) => Buffer.from(JSON.stringify(update))));
  let accepted = 0;
  let refused = 0;
  const used = process.cpuUsage();
  const begin = performance.now();
  await Promise.all(
    bodies.map(async (chat) => {
      for (const body of chat) {
        const status = await post(body);
        if (status === 200) accepted += 1;
        else refused += 1;
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  const { user, system } = process.cpuUsage(used);
  agent.destroy();
  return { accepted, refused, seconds, load: (user + system) / 1e6 / seconds };

  function post(body: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request(url, {
        method: "POST",
        agent,
        headers: { ...headers, "content-length": body.length },
      });
      sent.once("error", reject);
      sent.once("response", (response) => {
        response.once("error", reject);
        response.once("end", () => resolve(response.statusCode ?? 0));
        response.resume();
      });
      sent.end(body);
    });
  }
}
