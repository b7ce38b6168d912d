/**
 * An expression as plain data: a number as it was written, the name of a symbol, a text, or a function with its arguments.
 * What the LaTeX parser returns (MathJSON) with its spellings made one.
 */
export type Node =
  | { readonly kind: 'number'; readonly written: string }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] };

export const number = (value: number | string): Node => ({ kind: 'number', written: String(value) });
export const symbol = (name: string): Node => ({ kind: 'symbol', name });
export const call = (name: string, ...args: readonly Node[]): Node => ({ kind: 'call', name, args });

/** More nodes than these are no answer. */
const mostNodes = 3000;

/** Reads MathJSON. Undefined when the parser met an error anywhere in the expression, or when it is far too large. */
export function fromMathJson(json: unknown): Node | undefined {
  let nodes = 0;
  const convert = (value: unknown): Node | undefined => {
    if (++nodes > mostNodes) return undefined;
    if (typeof value === 'number') return number(value);
    if (typeof value === 'string') return fromString(value);
    if (Array.isArray(value)) return fromList(value, convert);
    if (typeof value !== 'object' || value === null) return undefined;
    const { num, str, sym, fn } = value as { num?: unknown; str?: unknown; sym?: unknown; fn?: unknown };
    if (typeof num === 'string') return number(num);
    if (typeof str === 'string') return { kind: 'text', text: str };
    if (typeof sym === 'string') return symbol(sym);
    return Array.isArray(fn) ? fromList(fn, convert) : undefined;
  };
  return convert(json);
}

function fromString(value: string): Node {
  return value.startsWith("'") && value.endsWith("'") && value.length > 1
    ? { kind: 'text', text: value.slice(1, -1) }
    : symbol(value);
}

function fromList(list: readonly unknown[], convert: (value: unknown) => Node | undefined): Node | undefined {
  const [name, ...rest] = list;
  const unknown = name === 'Error' ? unknownCommand(rest) : undefined;
  if (unknown !== undefined) return unknown;
  if (typeof name !== 'string' || name === 'Error') return undefined;
  const args: Node[] = [];
  for (const item of rest) {
    const arg = convert(item);
    if (arg === undefined) return undefined;
    args.push(arg);
  }
  return simplifyCall(name, args);
}

/** A command that the parser does not know is a name for something, such as a quantity of the problem. */
function unknownCommand([code, source]: readonly unknown[]): Node | undefined {
  const kind = (code as { str?: unknown } | undefined)?.str;
  const latex = Array.isArray(source) ? (source[1] as { str?: unknown } | undefined)?.str : undefined;
  return kind === 'unexpected-command' && typeof latex === 'string' ? symbol(latex) : undefined;
}

/** Takes off what only tells how something was written. */
function simplifyCall(name: string, args: readonly Node[]): Node {
  const [first, second] = args;
  if (name === 'Annotated' && first !== undefined) return first;
  if (name === 'Half' && first !== undefined) return call('Divide', first, number(2));
  if (name === 'Subscript' && first?.kind === 'symbol' && second !== undefined)
    return symbol(`${first.name}_${describe(second)}`);
  if (name === 'InvisibleOperator') return product(args);
  if (name === 'Delimiter' && first !== undefined && !isSequence(first) && args.length === 1)
    return call('Group', first);
  return { kind: 'call', name, args };
}

export function isSequence(node: Node): node is Node & { kind: 'call' } {
  return node.kind === 'call' && node.name === 'Sequence';
}

const functionNames = new Set(['f', 'g', 'h', 'F', 'G', 'H', 'P']);

/** What stands side by side: a mixed number, a function and its argument, a quantity and its unit, or a product. */
function product(args: readonly Node[]): Node {
  const factors = args.filter((arg) => !isUnit(arg));
  const [first, second] = factors;
  if (first !== undefined && factors.length === 1) return first;
  if (first === undefined) return args[0] ?? number(1);
  if (factors.length === 2 && second !== undefined) {
    const mixed = mixedNumber(first, second);
    if (mixed !== undefined) return mixed;
    const isApplied = first.kind === 'symbol' && functionNames.has(first.name);
    if (isApplied && second.kind === 'call' && (second.name === 'Group' || second.name === 'Delimiter')) {
      return symbol(`${first.name}(${describe(second)})`);
    }
  }
  return call('Multiply', ...factors);
}

function mixedNumber(whole: Node, fraction: Node): Node | undefined {
  if (fraction.kind !== 'call' || fraction.name !== 'Divide') return undefined;
  const negative = whole.kind === 'call' && whole.name === 'Negate' ? whole.args[0] : undefined;
  const [integer, above, below] = [negative ?? whole, ...fraction.args].map((node) => integerOf(node));
  if (integer === undefined || above === undefined || below === undefined) return undefined;
  if (integer < 1 || above < 1 || above >= below) return undefined;
  const sum = call('Add', negative ?? whole, fraction);
  return negative === undefined ? sum : call('Negate', sum);
}

function integerOf(node: Node | undefined): number | undefined {
  return node?.kind === 'number' && /^\d{1,9}$/.test(node.written) ? Number(node.written) : undefined;
}

export function isUnit(node: Node): boolean {
  return node.kind === 'call' && node.name === '__unit__';
}

/** An unambiguous spelling of an expression; equal expressions that are built alike have the same. */
export function describe(node: Node): string {
  switch (node.kind) {
    case 'number':
      return node.written;
    case 'symbol':
      return node.name;
    case 'text':
      return `"${node.text}"`;
    case 'call':
      return `${node.name}(${node.args.map(describe).join(',')})`;
  }
}

/** Names of the symbols whose value is free. */
export function freeSymbols(node: Node, into = new Set<string>()): Set<string> {
  if (node.kind === 'symbol' && !constants.has(node.name)) into.add(node.name);
  if (node.kind === 'call') for (const arg of node.args) freeSymbols(arg, into);
  return into;
}

export const constants = new Set([
  'Pi',
  'ExponentialE',
  'ImaginaryUnit',
  'e',
  'i',
  'PositiveInfinity',
  'NegativeInfinity',
]);
