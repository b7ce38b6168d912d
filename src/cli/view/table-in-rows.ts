import stringWidth from 'string-width';

/** A table as `renderTable` gives it, whose rows come one by one: for that the widths are known before. */
export interface RowTable {
  readonly head: readonly string[];
  /** Columns of a terminal that the widest cell of each column takes; the last one's do not matter. */
  readonly widths: readonly number[];
}

/** How wide a cell is, in columns of a terminal. */
export function widthOf(cell: string): number {
  return /^[ -~]*$/.test(cell) ? cell.length : stringWidth(cell);
}

/** The widths of rows, of which nothing else is kept. */
export function createWidths(head: readonly string[]): { add(row: readonly string[]): void; table(): RowTable } {
  const widths = head.map(widthOf);
  return {
    add: (row) => {
      for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    },
    table: () => ({ head, widths }),
  };
}

export function tableRow({ widths }: RowTable, row: readonly string[]): string {
  return row
    .map((cell, column) => `${cell}${' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)))}`)
    .join('  ')
    .trimEnd();
}
