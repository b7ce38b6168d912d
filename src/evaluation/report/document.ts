import type { Sha256 } from '../../core/digest.ts';
import { type Html, html, trusted } from './html.ts';
import { sheet } from './sheet.ts';

/** A complete page around a body. Its policy allows its own style sheet and nothing else. */
export function renderDocument(title: string, sha256: Sha256, body: Html): string {
  const digest = btoa(String.fromCharCode(...sha256(sheet)));
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${trusted(`<style>${sheet}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the report</a>
        ${body}
      </body>
    </html> `.text;
}
