import type { Budget } from './budget.ts';
import { compareChains, intervalOf, isEquation, lastValue } from './chain.ts';
import type { Meaning } from './meaning.ts';
import { meaningOf, partsOf, value } from './meaning.ts';
import type { Node } from './node.ts';
import { sameText } from './text.ts';
import { sameValue } from './value.ts';

/** How alike is alike enough. */
export interface Leniency {
  /** An inequality may stand for the set of its solutions, whichever of the two the key is written as. */
  readonly setsForRelations: boolean;
  /** Decimals of at least so many places may be a rounding of the exact value. */
  readonly roundedPlaces: number;
  /** A column vector may be written as a tuple. */
  readonly vectorsForTuples: boolean;
}

/** True when an answer says the same as the key. */
export function sameMeaning(key: Meaning, answer: Meaning, leniency: Leniency, budget: Budget): boolean {
  budget.spend();
  const same = (left: Meaning, right: Meaning) => sameMeaning(left, right, leniency, budget);
  const sameNode = (left: Node, right: Node) => sameValue(value(left), value(right), leniency.roundedPlaces, budget);
  const [one, other] = [single(key), single(answer)];
  if (one !== key || other !== answer) return same(one, other);

  if (key.kind === 'value' && answer.kind === 'value') return sameValue(key, answer, leniency.roundedPlaces, budget);
  if (key.kind === 'text' || answer.kind === 'text') return sameText(key, answer);
  if (key.kind === 'chain' && answer.kind === 'chain') {
    if (compareChains(key, answer, budget)) return true;
    const [left, right] = [lastValue(key), lastValue(answer)];
    return (
      isEquation(key) &&
      key.operands.length + answer.operands.length > 4 &&
      left !== undefined &&
      right !== undefined &&
      sameNode(left, right)
    );
  }
  // "x = 5" for 5; and 5 for "x = 5", but not for "2x + z = 5".
  if (answer.kind === 'chain' && isEquation(answer) && key.kind !== 'membership')
    return same(key, meant(answer.operands.at(-1) as Node));
  if (key.kind === 'chain' && isEquation(key) && answer.kind !== 'membership' && answer.kind !== 'chain') {
    const named = lastValue(key);
    return named !== undefined && same(meant(named), answer);
  }
  if (key.kind === 'chain') {
    const solutions = intervalOf(key);
    return solutions !== undefined && same(solutions, answer.kind === 'membership' ? answer.set : answer);
  }
  if (answer.kind === 'chain') {
    const solutions = leniency.setsForRelations ? intervalOf(answer) : undefined;
    return solutions !== undefined && same(key.kind === 'membership' ? key.set : key, solutions);
  }
  if (key.kind === 'membership' && answer.kind === 'membership') {
    return key.negated === answer.negated && sameNode(key.element, answer.element) && same(key.set, answer.set);
  }
  if (key.kind === 'membership') return !key.negated && same(key.set, answer);
  if (answer.kind === 'membership') return !answer.negated && same(key, answer.set);
  if (key.kind === 'interval' && answer.kind === 'interval') {
    return (
      key.lowOpen === answer.lowOpen &&
      key.highOpen === answer.highOpen &&
      sameNode(key.low, answer.low) &&
      sameNode(key.high, answer.high)
    );
  }
  if (key.kind === 'union' || answer.kind === 'union') return sameUnordered(partsOf(key), partsOf(answer), same);
  if (key.kind === 'matrix' && answer.kind === 'matrix') return sameRows(key.rows, answer.rows, sameNode);
  return sameCollection(key, answer, leniency, same);
}

type Same = (left: Meaning, right: Meaning) => boolean;

function meant(node: Node): Meaning {
  return meaningOf(node) ?? value(node);
}

/** A bare list, or a set, of one thing is that thing. */
function single(meaning: Meaning): Meaning {
  return meaning.kind === 'set' && meaning.bare && meaning.items.length === 1 ? (meaning.items[0] as Meaning) : meaning;
}

function sameCollection(key: Meaning, answer: Meaning, leniency: Leniency, same: Same): boolean {
  if (key.kind === 'set' && answer.kind === 'set') return sameUnordered(key.items, answer.items, same);
  const [left, right] = [inOrder(key, leniency), inOrder(answer, leniency)];
  if (left === undefined || right === undefined) return false;
  // A set with braces has no order to compare; one without them may be a tuple that lost its parentheses.
  if ((key.kind === 'set' && !key.bare) || (answer.kind === 'set' && !answer.bare)) return false;
  return left.length === right.length && left.every((item, index) => same(item, right[index] as Meaning));
}

function inOrder(meaning: Meaning, leniency: Leniency): readonly Meaning[] | undefined {
  switch (meaning.kind) {
    case 'tuple':
    case 'set':
      return meaning.items;
    case 'interval':
      // [a, b] is a list of two as well, (a, b] is neither a list nor a pair.
      return meaning.lowOpen === meaning.highOpen ? [value(meaning.low), value(meaning.high)] : undefined;
    case 'matrix':
      return leniency.vectorsForTuples && (meaning.rows.length === 1 || meaning.rows[0]?.length === 1)
        ? meaning.rows.flat().map((entry) => value(entry))
        : undefined;
    case 'value':
    case 'text':
    case 'union':
    case 'chain':
    case 'membership':
      return undefined;
  }
}

const mostItems = 60;

/** The same things however often and in whatever order; a repeated one counts once. */
function sameUnordered(left: readonly Meaning[], right: readonly Meaning[], same: Same): boolean {
  if (left.length > mostItems || right.length > mostItems) return false;
  const covers = (one: readonly Meaning[], other: readonly Meaning[]) =>
    one.every((item) => other.some((candidate) => same(item, candidate)));
  return covers(left, right) && covers(right, left);
}

type Rows = readonly (readonly Node[])[];

function sameRows(left: Rows, right: Rows, sameNode: (one: Node, other: Node) => boolean): boolean {
  return (
    left.length === right.length &&
    left.every(
      (row, index) =>
        row.length === right[index]?.length &&
        row.every((entry, column) => sameNode(entry, right[index]?.[column] as Node)),
    )
  );
}
