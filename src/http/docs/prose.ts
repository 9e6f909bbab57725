import { html } from "hono/html";

export type Html = ReturnType<typeof html>;

/** The little markup that the contract's descriptions use: paragraphs, lists, `code` and **strong** words. */
export function prose(text: string): Html {
  const blocks = text.split(/\n{2,}/);
  if (blocks.length === 1 && !text.includes("\n- ") && !text.startsWith("- ")) return inline(text);
  return html`${blocks.map((block) => {
    const [lead, ...items] = `\n${block}`.split(/\n- /);
    const words = lead?.trim() ?? "";
    return html`${words === "" ? "" : html`<p>${inline(words)}</p>`}
    ${
      items.length === 0
        ? ""
        : html`<ul>
            ${items.map((item) => html`<li>${inline(item)}</li>`)}
          </ul>`
    }`;
  })}`;
}

function inline(text: string): Html {
  return html`${text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((piece) => {
    if (piece.startsWith("`")) return html`<code>${piece.slice(1, -1)}</code>`;
    return piece.startsWith("**") ? html`<strong>${piece.slice(2, -2)}</strong>` : piece;
  })}`;
}
