import stringWidth from 'string-width';
import { openOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { foldLine } from './fold-line.ts';

/**
 * Prints a table as `renderTable` gives it, of rows that are not in memory together.
 *
 * @param inAnyOrder the same rows, for the widths of the columns alone
 */
export async function printRows(
  head: readonly string[],
  rows: AsyncIterable<readonly string[]>,
  inAnyOrder: AsyncIterable<readonly string[]>,
  terminal: Terminal,
): Promise<void> {
  const widths = head.map(widthOf);
  for await (const row of inAnyOrder)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  const output = openOutput(terminal);
  const { columns } = terminal;
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  // As renderTable has it, where it does not fit.
  const line =
    columns === undefined || total <= columns
      ? (row: readonly string[]) => alignedRow(row, widths)
      : (row: readonly string[]) =>
          `${alignedRow(row.slice(0, -1), widths)}${row === head ? '' : `\n${foldLine(`  ${row.at(-1) ?? ''}`, columns, 2)}`}`;
  await output.write(`${line(head)}\n`);
  for await (const row of rows) await output.write(`${line(row)}\n`);
  await output.end();
}

/** Columns of a terminal. */
function widthOf(cell: string): number {
  return /^[ -~]*$/.test(cell) ? cell.length : stringWidth(cell);
}

function alignedRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => `${cell}${' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)))}`)
    .join('  ')
    .trimEnd();
}
