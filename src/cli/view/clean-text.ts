/**
 * Text that is safe to write to a terminal: escape sequences and control characters of C0 and C1 are taken out (line
 * feed and tab stay), and so are the characters that reorder what is read (bidirectional controls) or cannot be seen.
 * What a model or the network wrote passes here before it reaches a screen.
 */
export function cleanText(text: string): string {
  return text.replaceAll(sequences, '').replaceAll(controls, '');
}

/** The same on one line: line feeds and tabs become spaces. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, ' ').trim();
}

// Operating-system commands, device control strings and the like run to their terminator; CSI to its final byte.
// oxlint-disable-next-line no-control-regex -- control characters are what this takes out
const sequences =
  /(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|\u001B[ -/]*[0-~]?/g;
// oxlint-disable-next-line no-control-regex -- as above
const controls =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/g;
