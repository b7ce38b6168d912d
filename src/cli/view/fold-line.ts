import wrapAnsi from 'wrap-ansi';
import type { Terminal } from '../terminal.ts';

/** Text on fewer columns would be a column of words. */
const fewestColumns = 40;

/**
 * A line, which may be coloured, folded between words to the width of a terminal; what goes on is indented. Words that
 * are longer than a line, as roots are, stay whole.
 *
 * @param columns undefined where nobody reads it on a terminal: the line stays as it is then
 * @param indent columns in front of what goes on
 */
export function foldLine(line: string, columns: number | undefined, indent: number): string {
  if (columns === undefined || columns < fewestColumns) return line;
  const [lead = ''] = /^ */.exec(line) ?? [];
  const folded = wrapAnsi(line.slice(lead.length), columns - Math.max(lead.length, indent), { hard: false });
  return lead + folded.replaceAll('\n', `\n${' '.repeat(indent)}`);
}

/** Prints a line, folded where somebody reads it on a terminal. */
export function printFolded(line: string, indent: number, terminal: Terminal): void {
  terminal.print(foldLine(line, terminal.columns, indent));
}
