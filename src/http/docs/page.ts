import { html } from "hono/html";
import { prose, type Html } from "./prose.ts";
import { limits, schemaView, typeWords } from "./schema-view.ts";
import type { ContractShape, Media, Operation, Parameter, Schema } from "./shape.ts";

interface Place {
  method: string;
  path: string;
  operation: Operation;
}

/** The contract as a page for people: no script, nothing from elsewhere, so it works wherever it can be read. */
export function docsPage({ info, tags = [], paths, components }: ContractShape): Html {
  const all: Place[] = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  const sections = tags
    .map((tag) => ({ ...tag, places: all.filter(({ operation }) => operation.tags?.[0] === tag.name) }))
    .filter(({ places }) => places.length > 0);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${info.title} API</title>
        <link rel="stylesheet" href="/api/docs/style.css" />
      </head>
      <body>
        <a class="skip" href="#operations">To the operations</a>
        <nav aria-label="Operations">
          <strong>${info.title} API</strong>
          ${sections.map(
            ({ name, places }) =>
              html`<h2>${name}</h2>
                <ul>
                  ${places.map(
                    ({ method, path, operation }) =>
                      html`<li>
                        <a href="#${anchorOf(operation)}"
                          ><span class="method ${method}">${method}</span>${path.replace("/api/v1", "")}</a
                        >
                      </li>`,
                  )}
                </ul>`,
          )}
          <h2>schemas</h2>
          <ul>
            ${Object.keys(components.schemas).map(
              (name) => html`<li><a href="#schema-${name}">${name}</a></li>`,
            )}
          </ul>
        </nav>
        <main>
          <h1>${info.title} API</h1>
          ${prose(info.description ?? "")}
          <p>
            For programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1), and the
            <a href="/api/v1/config/schema.json">JSON Schema of a configuration</a>.
          </p>
          <div id="operations">
            ${sections.map(
              ({ name, description = "", places }) =>
                html`<section>
                  <h2>${name}</h2>
                  <p>${description}</p>
                  ${places.map(operationView)}
                </section>`,
            )}
          </div>
          <section>
            <h2>Schemas</h2>
            ${Object.entries(components.schemas).map(namedSchema)}
          </section>
        </main>
      </body>
    </html>`;
}

function anchorOf({ operationId = "" }: Operation): string {
  return `operation-${operationId}`;
}

function operationView({ method, path, operation }: Place): Html {
  const { summary = "", description, security = [], parameters = [], requestBody, responses } = operation;
  const media = Object.entries(requestBody?.content ?? {});
  return html`<article id="${anchorOf(operation)}">
    <h3>${summary}</h3>
    <p class="path"><span class="method ${method}">${method}</span>${path}</p>
    ${description === undefined ? "" : html`<div>${prose(description)}</div>`}
    <p class="faint">${scopeWords(security)}</p>
    ${
      parameters.length === 0
        ? ""
        : html`<h4>Parameters</h4>
            ${parameterTable(parameters, summary)}`
    }
    ${media.map(
      ([type, { schema = {} }]) =>
        html`<h4>Body</h4>
          <p><code>${type}</code>: ${typeWords(schema)}</p>
          ${schemaView(schema)}`,
    )}
    <h4>Example</h4>
    ${examplesOf(media[0]?.[1]).map(({ title, value }) => callView({ method, path, operation }, title, value))}
    <h4>Answers</h4>
    ${answerTable(responses, summary)}
  </article>`;
}

function scopeWords(security: Record<string, string[]>[]): Html {
  const scopes = security.flatMap((one) => one["bearer"] ?? []);
  const isOpen = security.length === 0 || security.some((one) => Object.keys(one).length === 0);
  if (scopes.length === 0) return html`Needs no key.`;
  return html`${isOpen ? "More with " : "Needs "}${scopes.map(
    (scope, index) => html`${index === 0 ? "" : " and "}<code>${scope}</code>`,
  )}.`;
}

function parameterTable(parameters: Parameter[], summary: string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Parameters: ${summary}">
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">In</th>
          <th scope="col">What</th>
        </tr>
      </thead>
      <tbody>
        ${parameters.map(
          ({ name, in: place, required, schema = {}, description }) =>
            html`<tr>
              <td>
                <code>${name}</code
                >${required === true ? "" : html`<br /><span class="faint">optional</span>`}
              </td>
              <td>${place}</td>
              <td>
                ${typeWords(schema)} ${limits(schema)}<br />${prose(description ?? schema.description ?? "")}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function answerTable(responses: Operation["responses"], summary: string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Answers: ${summary}">
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">When</th>
          <th scope="col">Body</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(responses).map(([status, { description = "", content = {} }]) => {
          const schema = Object.values(content)[0]?.schema;
          return html`<tr>
            <td>${status}</td>
            <td>${prose(description)}</td>
            <td>
              ${schema === undefined ? "" : html`${typeWords(schema)}${status.startsWith("2") ? schemaView(schema) : ""}`}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function examplesOf(media: Media | undefined): { title: string; value: unknown }[] {
  const named = Object.values(media?.examples ?? {});
  if (named.length > 0) return named.map(({ summary = "", value }) => ({ title: summary, value }));
  return [{ title: "", value: media?.example }];
}

/** The call as somebody would type it. */
function callView({ method, path, operation }: Place, title: string, body: unknown): Html {
  const { parameters = [], security = [] } = operation;
  const where = path.replaceAll(/\{(\w+)\}/g, (all, name: string) => {
    const { example, schema } = parameters.find((one) => one.name === name) ?? {};
    return String(example ?? schema?.example ?? all);
  });
  const lines = [
    `curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} "$DESK${where}"`,
    ...(security.length === 0 ? [] : ['-H "Authorization: Bearer $KEY"']),
    ...(parameters.some(({ name }) => name === "Idempotency-Key")
      ? ['-H "Idempotency-Key: $(uuidgen)"']
      : []),
    ...(body === undefined
      ? []
      : ['-H "Content-Type: application/json"', `--data '${JSON.stringify(body, null, 2)}'`]),
  ];
  return html`${title === "" ? "" : html`<p>${title}</p>`}
    <pre tabindex="0"><code>${lines.join(" \\\n  ")}</code></pre>`;
}

function namedSchema([name, schema]: [string, Schema]): Html {
  return html`<article id="schema-${name}">
    <h3>${name}</h3>
    ${schema.description === undefined ? "" : html`<div>${prose(schema.description)}</div>`}
    <p>${schema.properties === undefined ? typeWords(schema) : ""}</p>
    ${schemaView(schema)}
  </article>`;
}
