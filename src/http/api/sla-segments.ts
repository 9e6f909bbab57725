import * as z from "zod";
import { forDocs } from "#for-docs";
import type { Segment } from "../../domain/calendar/segments.ts";
import { Instant, instant, instantOrNull } from "./shared.ts";

/* Segments of a clock, as explanations and tickets show them. */

const SegmentJson = forDocs(() =>
  z
    .object({
      from: Instant,
      to: Instant.nullable().meta({ description: "Null for a pause that still lasts" }),
      kind: z.enum(["counted", "closed", "paused", "holiday"]),
      reason: z.string().meta({ example: "mon 09:00-12:30" }),
    })
    .meta({ id: "SlaSegment" }),
);
export const Segments = forDocs(() => z.array(SegmentJson));
export const Truncated = forDocs(() =>
  z.boolean().meta({ description: "Whether there are more segments than are shown" }),
);

export function segmentJson({ from, to, kind, reason }: Segment): z.infer<typeof SegmentJson> {
  return { from: instant(from), to: instantOrNull(to), kind, reason };
}
