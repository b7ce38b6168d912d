import { formatCount } from '../format.ts';
import { type Html, html, type HtmlValue } from './html.ts';

/** Rows of a table that the page shows at most; the rest is counted. */
const mostRows = 200;

export function card(figure: string, what: string): Html {
  return html`<li><b>${figure}</b><span>${what}</span></li>`;
}

export function section(id: string, title: string, body: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section>`;
}

export function figure(chart: Html): Html {
  return html`<figure>${chart}</figure>`;
}

/** A table whose middle rows are left out, and counted, when there are very many. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly HtmlValue[])[],
  cells: 'figures' | 'text' = 'figures',
): Html {
  const half = mostRows / 2;
  const shown = rows.length <= mostRows ? rows : [...rows.slice(0, half), ...rows.slice(-half)];
  const leftOut = rows.length - shown.length;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${caption}">
    <table>
      <caption>
        ${caption}${leftOut > 0 && `; ${formatCount(leftOut)} rows in the middle are left out`}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" class="${cells}">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td class="${cells}">${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
