/** Text of others in Markdown: no markup, no mention, no line of its own. */
export function escapeMarkdown(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- these are what must not get through
      .replaceAll(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
      .replaceAll(/[\\`*_{}[\]()#+!|~-]/g, '\\$&')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('@', '&#64;')
  );
}

/** A space of no width, as Markdown is written. */
const gap = '&#8203;';

/**
 * The same in a comment on a pull request. There a mention, a reference to an issue or an address is looked for in what
 * was rendered, after every escape has done its work, so that nothing but a character in between keeps it from calling
 * on people, threads and sites. What hides in a text is taken out.
 */
export function escapeComment(text: string): string {
  return escapeMarkdown(text.replaceAll(/[\p{Cf}--[\u{AD}\u{200C}\u{200D}]]/gv, ''))
    .replaceAll('&#64;', `&#64;${gap}`)
    .replaceAll(/\\#(?=\d)|\bGH\\-(?=\d)/gi, `$&${gap}`)
    .replaceAll('://', `:${gap}//`)
    .replaceAll(/\bwww(?=\.)/gi, `$&${gap}`)
    .replace(/^(\s*\d+)\.(?=\s|$)/, '$1\\.');
}

/** Text of others as code, on one line; in a table too. */
export function commentCode(text: string): string {
  const plain = text.replaceAll(/[\s\p{Cc}`]+/gv, ' ').replaceAll(/\p{Cf}/gv, '');
  return `\`${plain.replaceAll('|', '\\|')}\``;
}
