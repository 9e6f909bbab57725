import * as z from "zod";

/** JSON Schema 2020-12, as OpenAPI 3.1 has it. */
export interface Schema {
  [key: string]: unknown;
}
/** A schema to check by, or only to show: JSON Schema, of a body that is checked elsewhere. */
export type Shown = z.ZodType | Schema;

export function isChecked(shown: Shown): shown is z.ZodType {
  return shown instanceof z.ZodType;
}
