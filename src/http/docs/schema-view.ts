import { html } from "hono/html";
import { prose, type Html } from "./prose.ts";
import type { Schema } from "./shape.ts";

/** A schema in words and lists; named ones are linked to where they stand. */
export function schemaView(schema: Schema): Html {
  const options = (schema.anyOf ?? schema.oneOf ?? []).filter(hasInside);
  const objects = [schema, ...(schema.allOf ?? [])].filter((one) => one.properties !== undefined);
  return html`${objects.map(fields)}
  ${
    options.length === 0
      ? ""
      : html`<ul class="schema">
          ${options.map((option) => html`<li>${typeWords(option)}${schemaView(option)}</li>`)}
        </ul>`
  }
  ${schema.items !== undefined && hasInside(schema.items) ? schemaView(schema.items) : ""}
  ${
    typeof schema.additionalProperties === "object" && hasInside(schema.additionalProperties)
      ? schemaView(schema.additionalProperties)
      : ""
  }`;
}

function fields({ properties = {}, required = [] }: Schema): Html {
  return html`<ul class="schema">
    ${Object.entries(properties).map(
      ([name, field]) =>
        html`<li>
          <code>${name}</code> ${typeWords(field)}${required.includes(name) ? "" : html`, optional`}
          ${limits(field)} ${field.description === undefined ? "" : html`<br />${prose(field.description)}`}
          ${
            hasInside(field)
              ? html`<details>
                  <summary class="faint">inside</summary>
                  ${schemaView(field)}
                </details>`
              : ""
          }
        </li>`,
    )}
  </ul>`;
}

/** Whether there is more to see than the type's words say. */
function hasInside(schema: Schema): boolean {
  if (schema.$ref !== undefined) return false;
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  if (schema.items !== undefined) parts.push(schema.items);
  if (typeof schema.additionalProperties === "object") parts.push(schema.additionalProperties);
  return schema.properties !== undefined || parts.some(hasInside);
}

/** What a schema is, in a few words. */
export function typeWords(schema: Schema): Html {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum !== undefined) {
    return html`${schema.enum.map(
      (value, index) => html`${index === 0 ? "" : " | "}<code>${JSON.stringify(value)}</code>`,
    )}`;
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined)
    return html`${options.map((option, index) => html`${index === 0 ? "" : " or "}${typeWords(option)}`)}`;
  if (schema.allOf !== undefined)
    return html`${schema.allOf.map((one, index) => html`${index === 0 ? "" : " and "}${typeWords(one)}`)}`;
  if (schema.prefixItems !== undefined)
    return html`list of
    ${schema.prefixItems.map((one, index) => html`${index === 0 ? "" : ", "}${typeWords(one)}`)}`;
  const types = [schema.type ?? "anything"].flat();
  if (types.includes("array")) return html`list of ${typeWords(schema.items ?? {})}`;
  if (typeof schema.additionalProperties === "object" && schema.properties === undefined)
    return html`map of ${typeWords(schema.additionalProperties)}`;
  return html`${types.join(" or ")}${schema.format === undefined ? "" : ` (${schema.format})`}`;
}

/** Its limits and its default. */
export function limits(schema: Schema): Html {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const said = [
    range("", minimum ?? schema.exclusiveMinimum, maximum ?? schema.exclusiveMaximum),
    range(" characters", minLength, maxLength),
    range(" items", minItems, maxItems),
    schema.default === undefined ? "" : `unless said otherwise ${JSON.stringify(schema.default)}`,
  ].filter(Boolean);
  return said.length === 0 ? html`` : html`<span class="faint">(${said.join("; ")})</span>`;
}

function range(unit: string, least: number | undefined, most: number | undefined): string {
  const isOpen = most === undefined || most >= Number.MAX_SAFE_INTEGER;
  if (isOpen && (least === undefined || least <= Number.MIN_SAFE_INTEGER)) return "";
  if (isOpen) return `at least ${least}${unit}`;
  return least === undefined || least <= Number.MIN_SAFE_INTEGER
    ? `at most ${most}${unit}`
    : `${least} to ${most}${unit}`;
}
