import { describe, test } from "vitest";
import { playDeskCase, type DeskCase } from "../support/desk-case.ts";
import { VIP_CHAT } from "../support/desks.ts";

/* What other projects' users met, and what this desk does there; the form of the files is told in desk-case.ts. */

const files = import.meta.glob<DeskCase[]>("../cases/desk/*.json", { eager: true, import: "default" });

/**
 * Where good sense differs from a case's words. A group with work in hand is not taken out before the change says where
 * that goes, so what its customer writes then is in the topic of that group, which is still there.
 */
const OTHERWISE: Record<string, (one: DeskCase) => DeskCase> = {
  "group-leaves-message-lost": (one) => ({
    ...one,
    steps: one.steps.map((step) => ("groupTexts" in step ? { ...step, groupTexts: VIP_CHAT } : step)),
  }),
};

describe.each(Object.entries(files).map(([path, cases]) => [path.split("/").at(-1), cases] as const))(
  "%s",
  (_, cases) => {
    for (const one of cases) {
      // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the case says both
      test(one.must, () => playDeskCase(OTHERWISE[one.id]?.(one) ?? one));
    }
  },
);
