// oxlint-disable-next-line no-restricted-imports -- here it gets its seed
import fc from "fast-check";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    fastCheckSeed: number;
  }
}

// Without a seed a red run could not be played again, and a green one would say nothing of yesterday's cases.
fc.configureGlobal({ seed: inject("fastCheckSeed") });

export default fc;
