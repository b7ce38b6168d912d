import { call } from './node.ts';
import type { Node } from './node.ts';

export type Rows = readonly (readonly Node[])[];

const mostEntries = 400;

/** The entries of a matrix, or of a sum, product or multiple of matrices; undefined for what is no matrix. */
export function asMatrix(node: Node): Rows | undefined {
  if (node.kind !== 'call') return undefined;
  const args = node.args;
  switch (node.name) {
    case 'Matrix':
      return literal(args[0]);
    case 'Group':
      return args[0] && asMatrix(args[0]);
    case 'List':
      return args.length === 1 && args[0] ? asMatrix(args[0]) : undefined;
    case 'Negate':
      return args[0] && map(asMatrix(args[0]), (entry) => call('Negate', entry));
    case 'Add':
    case 'Subtract':
      return args.length < 2 ? undefined : args.map(asMatrix).reduce((left, right) => combine(left, right, node.name));
    case 'Multiply':
      return product(args);
    default:
      return undefined;
  }
}

function literal(rows: Node | undefined): Rows | undefined {
  if (rows?.kind !== 'call' || rows.name !== 'List') return undefined;
  const entries = rows.args.map((row) => (row.kind === 'call' && row.name === 'List' ? row.args : [row]));
  // A line break behind the last row makes an empty one.
  const filled = entries.filter(
    (row) => row.length > 0 && !row.every((entry) => entry.kind === 'symbol' && entry.name === 'Nothing'),
  );
  return isRectangular(filled) ? filled : undefined;
}

function isRectangular(rows: Rows): boolean {
  const width = rows[0]?.length ?? 0;
  return width > 0 && rows.length * width <= mostEntries && rows.every((row) => row.length === width);
}

function map(rows: Rows | undefined, change: (entry: Node) => Node): Rows | undefined {
  return rows?.map((row) => row.map(change));
}

function combine(left: Rows | undefined, right: Rows | undefined, operation: string): Rows | undefined {
  if (left?.length !== right?.length || left?.[0]?.length !== right?.[0]?.length) return undefined;
  return left?.map((row, index) =>
    row.map((entry, column) => call(operation, entry, right?.[index]?.[column] as Node)),
  );
}

/** Longer products than this grow out of hand, since their entries stay unevaluated. */
const mostFactors = 4;

function product(args: readonly Node[]): Rows | undefined {
  if (args.length > mostFactors) return undefined;
  let rows: Rows | undefined;
  const scalars: Node[] = [];
  for (const arg of args) {
    const factor = asMatrix(arg);
    if (factor === undefined) scalars.push(arg);
    else rows = rows === undefined ? factor : timesMatrix(rows, factor);
    if (factor !== undefined && rows === undefined) return undefined;
  }
  return scalars.length === 0 ? rows : map(rows, (entry) => call('Multiply', ...scalars, entry));
}

function timesMatrix(left: Rows, right: Rows): Rows | undefined {
  const columns = right[0] as readonly Node[];
  if (left[0]?.length !== right.length || left.length * columns.length > mostEntries) return undefined;
  return left.map((row) =>
    columns.map((_, column) =>
      call('Add', ...row.map((entry, index) => call('Multiply', entry, right[index]?.[column] as Node))),
    ),
  );
}
