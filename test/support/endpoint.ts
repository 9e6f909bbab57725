import { inject } from "vitest";
import type { Received, Script, ScriptedAnswer } from "./endpoint-server.ts";

/** Another system that the desk calls, on loopback. */
export class Endpoint {
  readonly url = `${inject("endpointUrl")}/${crypto.randomUUID()}`;

  /** How it answers, call by call; 204 when that is over. */
  async answers(...answers: ScriptedAnswer[]): Promise<void> {
    await this.follows({ answers });
  }

  async follows(script: Script): Promise<void> {
    await fetch(`${this.url}/control`, { method: "PUT", body: JSON.stringify(script) });
  }

  /** Lets it say what it holds back. */
  async release(): Promise<void> {
    await fetch(`${this.url}/control`, { method: "DELETE" });
  }

  /** Everything that it got, in order. */
  async received(): Promise<Received[]> {
    return (await fetch(`${this.url}/control`)).json();
  }
}
