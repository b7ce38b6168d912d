import type { Budget } from './budget.ts';
import { isName } from './meaning.ts';
import type { Chain, Comparison, Interval } from './meaning.ts';
import { call, describe, symbol } from './node.ts';
import type { Node } from './node.ts';
import { isScaled } from './value.ts';

/** a = b = c, with no inequality in it. */
export function isEquation(chain: Chain): boolean {
  return chain.comparisons.every((comparison) => comparison === 'Equal');
}

/** What a named quantity is in the end: 11 in "x = 5 + 6 = 11"; undefined for an equation such as "2x + z = 1". */
export function lastValue(chain: Chain): Node | undefined {
  if (!isEquation(chain) || !chain.operands.slice(0, -1).some(isName)) return undefined;
  return chain.operands.at(-1);
}

/** The same equation up to a factor, or the same inequalities, flipped or negated. */
export function compareChains(left: Chain, right: Chain, budget: Budget): boolean {
  if (left.comparisons.length !== right.comparisons.length) return false;
  const [ones, others] = [steps(left), steps(right)];
  const inOrder = ones.every((step, index) => sameStep(step, others[index] as Step, budget));
  return inOrder || ones.every((step, index) => sameStep(step, others[others.length - 1 - index] as Step, budget));
}

/** `difference` compared to zero. */
interface Step {
  readonly difference: Node;
  readonly comparison: 'Equal' | 'NotEqual' | 'Less' | 'LessEqual';
}

function steps({ operands, comparisons }: Chain): Step[] {
  return comparisons.map((comparison, index) => {
    const [left, right] = [operands[index] as Node, operands[index + 1] as Node];
    const flipped = comparison === 'Greater' || comparison === 'GreaterEqual';
    return {
      difference: flipped ? call('Subtract', right, left) : call('Subtract', left, right),
      comparison: flipped ? (comparison === 'Greater' ? 'Less' : 'LessEqual') : comparison,
    };
  });
}

function sameStep(left: Step, right: Step, budget: Budget): boolean {
  if (left.comparison !== right.comparison) return false;
  if (describe(left.difference) === describe(right.difference)) return true;
  const signed = left.comparison === 'Less' || left.comparison === 'LessEqual';
  return isScaled(left.difference, right.difference, signed, budget);
}

const infinity = symbol('PositiveInfinity');
const isLess = (comparison: Comparison | undefined) => comparison === 'Less' || comparison === 'LessEqual';
const isGreater = (comparison: Comparison | undefined) => comparison === 'Greater' || comparison === 'GreaterEqual';
const isOpen = (comparison: Comparison | undefined) => comparison === 'Less' || comparison === 'Greater';

/** The solutions of "a < x <= b" or "x > a", where x is a lone symbol. */
export function intervalOf(chain: Chain): Interval | undefined {
  const { operands, comparisons } = ascending(chain);
  const [first, second, third] = operands as [Node, Node, Node | undefined];
  if (!comparisons.every(isLess)) return undefined;
  const base = { kind: 'interval', pair: false } as const;
  if (third === undefined) {
    const open = isOpen(comparisons[0]);
    if (isName(first)) return { ...base, low: call('Negate', infinity), high: second, lowOpen: true, highOpen: open };
    return isName(second) ? { ...base, low: first, high: infinity, lowOpen: open, highOpen: true } : undefined;
  }
  if (operands.length !== 3 || !isName(second)) return undefined;
  return { ...base, low: first, high: third, lowOpen: isOpen(comparisons[0]), highOpen: isOpen(comparisons[1]) };
}

function ascending(chain: Chain): Chain {
  if (!chain.comparisons.every(isGreater)) return chain;
  const turned = { Greater: 'Less', GreaterEqual: 'LessEqual' } as const;
  return {
    kind: 'chain',
    operands: chain.operands.toReversed(),
    comparisons: chain.comparisons.toReversed().map((comparison) => turned[comparison as 'Greater']),
  };
}
