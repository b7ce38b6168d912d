import Table from 'cli-table3';
import stringWidth from 'string-width';
import { foldLine } from './fold-line.ts';

const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/**
 * A table without lines or colour, columns as wide as their widest cell; cells must be clean (see `cleanLine`).
 *
 * @param columns of the terminal: where a row is wider, its last cell, which is text, stands below it
 */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[], columns?: number): string {
  const lines = renderRows(head, rows);
  if (columns === undefined || lines.every((line) => stringWidth(line) <= columns)) return lines.join('\n');
  const [first = '', ...others] = renderRows(
    head.slice(0, -1),
    rows.map((row) => row.slice(0, -1)),
  );
  const below = (row: readonly string[] | undefined) => foldLine(`  ${row?.at(-1) ?? ''}`, columns, 2);
  return [first, ...others.flatMap((line, index) => [line, below(rows[index])])].join('\n');
}

function renderRows(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const table = new Table({
    head: [...head],
    chars: bare,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
