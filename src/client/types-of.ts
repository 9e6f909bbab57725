/*
 * Types of the contract for TypeScript: pure, so that a test can tell whether `contract.ts` is what the contract says
 * today.
 */

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  description?: string;
  default?: unknown;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
  description?: string;
}
interface Media {
  schema?: Schema;
}
interface Operation {
  summary?: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses?: Record<string, { content?: Record<string, Media> }>;
}
/** An OpenAPI 3.1 document, as far as it is looked at. */
export interface ContractDocument {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

const METHODS = ["get", "put", "post", "patch", "delete"];

/** The source of `contract.ts`. */
export function typesOf({ paths = {}, components = {} }: ContractDocument): string {
  const schemas = Object.entries(components.schemas ?? {}).map(
    ([name, schema]) => `${doc(schema.description)}  ${JSON.stringify(name)}: ${typeOf(schema)};\n`,
  );
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => operationOf(`${method.toUpperCase()} ${path}`, operation)),
  );
  return [
    "// Made from the contract by `npm run client`; never edited.\n\n",
    "/** What the API takes and answers, by the names of the contract. */\n",
    `export interface Schemas {\n${schemas.join("")}}\n\n`,
    "/** Where there is nothing to say. */\nexport type Nothing = Record<never, never>;\n\n",
    "/** Every operation: where its parameters stand, what it takes, what it answers when all is well. */\n",
    `export interface Operations {\n${operations.join("")}}\n`,
  ].join("");
}

function operationOf(
  name: string,
  { summary, parameters = [], requestBody, responses = {} }: Operation,
): string {
  const among = (place: string): string => {
    const fields = parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name: field, required, schema = {} }) => {
        return fieldOf(field, required === true, schema);
      });
    return fields.length === 0 ? "Nothing" : `{ ${fields.join("; ")} }`;
  };
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([, { content = {} }]) =>
      Object.entries(content).map(([type, { schema = {} }]) => (isJson(type) ? typeOf(schema) : "string")),
    );
  return [
    doc(summary),
    `  ${JSON.stringify(name)}: {\n`,
    `    path: ${among("path")};\n`,
    `    query: ${among("query")};\n`,
    `    headers: ${among("header")};\n`,
    `    body: ${body === undefined ? "undefined" : typeOf(body)};\n`,
    `    answer: ${[...new Set(answers)].join(" | ") || "undefined"};\n`,
    "  };\n",
  ].join("");
}

/** What is not one JSON value, such as a line for each, the client answers as text. */
function isJson(type: string): boolean {
  return /^application\/(?:[^;]*\+)?json\b/.test(type);
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return `Schemas[${JSON.stringify(schema.$ref.split("/").at(-1))}]`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return options.map(part).join(" | ");
  if (schema.allOf !== undefined) return schema.allOf.map(part).join(" & ");
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return schema.properties === undefined ? "unknown" : objectOf(schema);
  return types.map((type) => simple(type, schema)).join(" | ");
}

function simple(type: string, schema: Schema): string {
  switch (type) {
    case "integer":
    case "number":
      return "number";
    case "array":
      if (schema.prefixItems !== undefined) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
      return `${part(schema.items ?? {})}[]`;
    case "object":
      return objectOf(schema);
    default:
      return type;
  }
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(([name, field]) => {
    return fieldOf(name, required.includes(name), field);
  });
  if (fields.length > 0) return `{ ${fields.join("; ")} }`;
  if (typeof additionalProperties === "object") return `Record<string, ${typeOf(additionalProperties)}>`;
  return additionalProperties === false ? "Record<string, never>" : "Record<string, unknown>";
}

/** What may be left out may be `undefined` as well: JSON does not tell the two apart. */
function fieldOf(name: string, isRequired: boolean, schema: Schema): string {
  return `${JSON.stringify(name)}${isRequired ? "" : "?"}: ${typeOf(schema)}${isRequired ? "" : " | undefined"}`;
}

/** In brackets where what follows would bind closer. */
function part(schema: Schema): string {
  const type = typeOf(schema);
  return / [|&] /.test(type) ? `(${type})` : type;
}

function doc(text: string | undefined): string {
  const line = text?.split("\n", 1)[0]?.replaceAll("*/", "* /");
  return line === undefined || line === "" ? "" : `  /** ${line} */\n`;
}
