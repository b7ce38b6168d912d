import { asMatrix } from './matrix.ts';
import { call, constants, isSequence, isUnit, number, symbol } from './node.ts';
import type { Node } from './node.ts';

/** What an answer says, as far as it matters for comparing. */
export type Meaning =
  | { readonly kind: 'value'; readonly node: Node; readonly percent: boolean }
  | { readonly kind: 'text'; readonly text: string }
  /** Things in an order: (1, 2, 3) or [1, 2, 3]. */
  | { readonly kind: 'tuple'; readonly items: readonly Meaning[] }
  /** Things without an order: {1, 2}, "1, 2", "1 or 2", 1 ± 2. `bare` when no braces stood around them. */
  | { readonly kind: 'set'; readonly items: readonly Meaning[]; readonly bare: boolean }
  | Interval
  | { readonly kind: 'union'; readonly parts: readonly Meaning[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Node[])[] }
  | Chain
  | { readonly kind: 'membership'; readonly element: Node; readonly set: Meaning; readonly negated: boolean };

export interface Interval {
  readonly kind: 'interval';
  readonly low: Node;
  readonly high: Node;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
  /** Written (a, b), which is a pair as well. */
  readonly pair: boolean;
}

export type Comparison = 'Equal' | 'NotEqual' | 'Less' | 'LessEqual' | 'Greater' | 'GreaterEqual';

/** a = b < c: operands, and what stands between them. */
export interface Chain {
  readonly kind: 'chain';
  readonly operands: readonly Node[];
  readonly comparisons: readonly Comparison[];
}

const comparisonNames = new Set(['Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual']);

export function value(node: Node, percent = false): Meaning {
  return { kind: 'value', node, percent };
}

/** Reads an expression; undefined when it says nothing that can be compared. */
export function meaningOf(node: Node): Meaning | undefined {
  if (node.kind === 'text') return { kind: 'text', text: node.text };
  if (node.kind !== 'call') return infinite(node) ?? value(node);
  const matrix = asMatrix(node);
  if (matrix !== undefined) return { kind: 'matrix', rows: matrix };
  if (isUnit(node) && node.args[0]?.kind === 'symbol') return { kind: 'text', text: node.args[0].name };
  switch (node.name) {
    case 'Group':
      return meaningOf(node.args[0] as Node);
    case 'Degrees':
      return value(node.args[0] as Node);
    case 'Delimiter':
      return delimited(node.args);
    case 'Sequence':
      return bare(node.args);
    case 'List':
      return node.args.length === 2 ? interval(node.args, false, false) : tuple(node.args);
    case 'AngleBracket':
    case 'Tuple':
    case 'Pair':
    case 'Triple':
      return tuple(node.args);
    case 'Set':
      return node.args.some((arg) => arg.kind === 'call' && arg.name === 'Condition')
        ? value(node)
        : set(node.args, false);
    case 'Or':
    case 'And':
      return bare(node.args);
    case 'Interval':
      return openable(node.args);
    case 'Union':
      return all(node.args, (parts) => ({ kind: 'union', parts: parts.flatMap(partsOf) }));
    case 'SetMinus':
    case 'Complement':
      return without(node.args);
    case 'Measurement':
    case 'PlusMinus':
      return set(branches(node), true);
    case 'Element':
    case 'NotElement':
      return membership(node);
    case 'Approx':
      return chain(call('Equal', ...node.args));
    default:
      if (comparisonNames.has(node.name)) return chain(node);
      return withBranches(node) ?? value(node);
  }
}

/** The operands of a comparison however it is nested: a < (b <= c). */
function chain(node: Node): Meaning | undefined {
  const operands: Node[] = [];
  const comparisons: Comparison[] = [];
  const collect = (part: Node) => {
    if (part.kind !== 'call' || !comparisonNames.has(part.name)) {
      operands.push(part);
      return;
    }
    for (const [index, arg] of part.args.entries()) {
      if (index > 0) comparisons.push(part.name as Comparison);
      collect(arg);
    }
  };
  collect(node);
  return operands.length < 2 || comparisons.length !== operands.length - 1
    ? undefined
    : { kind: 'chain', operands, comparisons };
}

function delimited(args: readonly Node[]): Meaning | undefined {
  const [inner, brackets] = args;
  if (inner === undefined || !isSequence(inner)) return inner && meaningOf(inner);
  const written = brackets?.kind === 'text' ? brackets.text : '()';
  if (!written.startsWith('(') && !written.startsWith('[')) return bare(inner.args);
  return inner.args.length === 2 ? interval(inner.args, true, true) : tuple(inner.args);
}

/** "x = 1, y = 2" keeps its names; "x = 1 or x = 2" is the set of both values. */
function bare(args: readonly Node[]): Meaning | undefined {
  const items = args.filter((arg) => !(arg.kind === 'call' && arg.name === 'Element' && args.length > 1));
  const names = new Set<string>();
  const values = items.map((arg) => {
    const named = arg.kind === 'call' && arg.name === 'Equal' && arg.args.length === 2 ? arg.args : undefined;
    if (named?.[0]?.kind !== 'symbol') return arg;
    names.add(named[0].name);
    return named[1] as Node;
  });
  return set(names.size === 1 ? values : items, true);
}

function tuple(args: readonly Node[]): Meaning | undefined {
  return all(args, (items) => ({ kind: 'tuple', items }));
}

function set(args: readonly Node[], isBare: boolean): Meaning | undefined {
  return all(args, (items) => ({
    kind: 'set',
    items: items.flatMap((item) => (item.kind === 'set' && item.bare ? item.items : [item])),
    bare: isBare,
  }));
}

function all(args: readonly Node[], combine: (items: readonly Meaning[]) => Meaning): Meaning | undefined {
  const items: Meaning[] = [];
  for (const arg of args) {
    const item = meaningOf(arg);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return combine(items);
}

function interval(args: readonly Node[], open: boolean, pair: boolean): Meaning {
  return { kind: 'interval', low: args[0] as Node, high: args[1] as Node, lowOpen: open, highOpen: open, pair };
}

function openable(args: readonly Node[]): Meaning | undefined {
  const [low, high] = args.map((arg) => (arg.kind === 'call' && arg.name === 'Open' ? arg.args[0] : arg));
  if (low === undefined || high === undefined) return undefined;
  const isOpen = (arg: Node | undefined) => arg?.kind === 'call' && arg.name === 'Open';
  const [lowOpen, highOpen] = [isOpen(args[0]), isOpen(args[1])];
  return { kind: 'interval', low, high, lowOpen, highOpen, pair: lowOpen && highOpen };
}

export function partsOf(meaning: Meaning): readonly Meaning[] {
  return meaning.kind === 'union' ? meaning.parts : [meaning];
}

const negativeInfinity = call('Negate', symbol('PositiveInfinity'));

function infinite(node: Node): Meaning | undefined {
  if (node.kind !== 'symbol') return undefined;
  if (node.name === 'EmptySet') return { kind: 'set', items: [], bare: false };
  if (node.name !== 'RealNumbers') return undefined;
  return {
    kind: 'interval',
    low: negativeInfinity,
    high: symbol('PositiveInfinity'),
    lowOpen: true,
    highOpen: true,
    pair: true,
  };
}

/** All reals but a few: the intervals between them, when they are plain numbers. */
function without(args: readonly Node[]): Meaning | undefined {
  const [from, removed] = args;
  if (from?.kind !== 'symbol' || from.name !== 'RealNumbers' || removed?.kind !== 'call' || removed.name !== 'Set')
    return undefined;
  const points = removed.args.flatMap((arg) => branches(arg)).map((arg) => ({ arg, at: plainNumber(arg) }));
  if (points.some(({ at }) => at === undefined)) return undefined;
  points.sort((one, two) => (one.at as number) - (two.at as number));
  const ends = [negativeInfinity, ...points.map(({ arg }) => arg), symbol('PositiveInfinity')];
  const parts = ends.slice(1).map((high, index) => interval([ends[index] as Node, high], true, true));
  return { kind: 'union', parts };
}

function plainNumber(node: Node): number | undefined {
  if (node.kind === 'number') return Number(node.written);
  if (node.kind !== 'call') return undefined;
  const [first, second] = node.args.map(plainNumber);
  if (first === undefined) return undefined;
  if (node.name === 'Negate') return -first;
  return node.name === 'Divide' && second !== undefined ? first / second : undefined;
}

function membership(node: Node & { kind: 'call' }): Meaning | undefined {
  const [element, of] = node.args;
  const inside = of && meaningOf(of);
  return element && inside && { kind: 'membership', element, set: inside, negated: node.name === 'NotElement' };
}

/** Both values of an expression in which one ± stands. */
function withBranches(node: Node): Meaning | undefined {
  const both = branches(node);
  return both.length === 2 ? set(both, true) : undefined;
}

const plusMinus = new Set(['Measurement', 'PlusMinus']);

function branches(node: Node): Node[] {
  if (node.kind !== 'call') return [node];
  if (plusMinus.has(node.name)) {
    const [centre, spread] = node.args.length === 1 ? [number(0), node.args[0] as Node] : (node.args as [Node, Node]);
    return [call('Add', centre, spread), call('Subtract', centre, spread)];
  }
  const perArgument = node.args.map(branches);
  // Two signs in one expression belong together: the upper ones, or the lower ones.
  if (!perArgument.some((options) => options.length > 1)) return [node];
  return [0, 1].map((side) => call(node.name, ...perArgument.map((options) => options[side] ?? (options[0] as Node))));
}

/** True for a symbol that stands alone and may be given a value: the x of "x = 3". */
export function isName(node: Node): boolean {
  return node.kind === 'symbol' && !constants.has(node.name);
}
