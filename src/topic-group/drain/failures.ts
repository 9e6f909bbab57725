import { nameOf, type Job } from "./job.ts";

interface Failing {
  count: number;
  /** When the last one was, in ms since 1970. */
  at: number;
  job: Job;
  /** The last one had no answer of Telegram's. */
  unanswered: boolean;
}

/** Failures of jobs since they last worked. In memory. */
export class Failures {
  readonly #byName = new Map<string, Failing>();

  of(job: Job): Failing | undefined {
    return this.#byName.get(nameOf(job));
  }

  note(job: Job, at: number, unanswered: boolean): void {
    this.#byName.set(nameOf(job), { count: (this.of(job)?.count ?? 0) + 1, at, job, unanswered });
  }

  forget(job: Job): void {
    this.#byName.delete(nameOf(job));
  }

  /** The jobs whose last call had no answer of Telegram's. */
  unanswered(): Job[] {
    return [...this.#byName.values()].filter(({ unanswered }) => unanswered).map(({ job }) => job);
  }
}
