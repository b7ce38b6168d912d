// The escape character, and what ends a string that it opened: a bell or the string terminator.
const escape = String.fromCodePoint(0x1b);
const bell = String.fromCodePoint(0x07);
const [csi, stringTerminator] = [String.fromCodePoint(0x9b), String.fromCodePoint(0x9c)];
const openers = [0x90, 0x98, 0x9d, 0x9e, 0x9f].map((code) => String.fromCodePoint(code)).join('');

/**
 * Escape sequences of ECMA-48: strings (titles, links, device control) with what they hold up to their end or the end
 * of the line, control sequences, and two-character escapes. Every alternative takes what it can at once and never
 * gives back, so that hostile text costs linear time; `stripVTControlCharacters` of node:util is quadratic on it.
 */
const sequences = new RegExp(
  [
    `(?:${escape}[\\]PX^_]|[${openers}])[^${bell}${escape}${stringTerminator}\\n]*(?:${bell}|${escape}\\\\|${stringTerminator})?`,
    `(?:${escape}\\[|${csi})[0-?]*[ -\\/]*[@-~]?`,
    `${escape}[ -\\/]*[0-~]?`,
  ].join('|'),
  'g',
);

/**
 * Text that is safe to write to a terminal: escape sequences are taken out, then every control and format character
 * (those that reorder or hide what is read among them). Line feed, tab, soft hyphen and the joiners that scripts and
 * emoji are written with stay. What a model or the network wrote passes here before it reaches a screen.
 */
export function cleanText(text: string): string {
  return text.replaceAll(sequences, '').replaceAll(/[[\p{Cc}\p{Cf}]--[\t\n\u{AD}\u{200C}\u{200D}]]/gv, '');
}

/** The same on one line: line feeds and tabs become spaces. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, ' ').trim();
}
