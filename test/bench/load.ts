import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Updates to be sent: those of one chat after each other, the chats beside each other, as Telegram does. */
export interface Load {
  url: string;
  secret: string;
  chats: unknown[][];
}

export interface Carried {
  /** Answered 200. */
  accepted: number;
  refused: number;
  seconds: number;
  /** How much of a processor the sender took. */
  load: number;
}

/** Sends updates from a process of its own, so that who measures and who is measured do not share a thread. */
export class LoadSender {
  readonly #process = fork(join(import.meta.dirname, "load-process.ts"));

  async send(load: Load): Promise<Carried> {
    const answer = once(this.#process, "message");
    this.#process.send(load);
    const [carried] = (await answer) as [Carried];
    return carried;
  }

  close(): void {
    this.#process.kill();
  }
}
