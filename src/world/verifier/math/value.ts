import type { Complex } from 'complex.js';
import { equalNumbers } from '../../../core/answer/number.ts';
import type { Budget } from './budget.ts';
import { evaluate, probePoints } from './evaluate.ts';
import { exactValue } from './exact.ts';
import type { Meaning } from './meaning.ts';
import { describe, freeSymbols } from './node.ts';
import type { Node } from './node.ts';

type Value = Meaning & { kind: 'value' };

/** Relative difference of floats that comes from rounding alone. */
const roundOff = 1e-9;

/** True when two expressions have the same value: exactly where they are rational, else at points that tell them apart. */
export function sameValue(key: Meaning, answer: Meaning, roundedPlaces: number, budget: Budget): boolean {
  if (key.kind !== 'value' || answer.kind !== 'value') return false;
  return readings(key, answer).some(([left, right]) => {
    if (describe(left) === describe(right)) return true;
    const [one, other] = [exactValue(left, budget), exactValue(right, budget)];
    if (one !== undefined && other !== undefined && equalNumbers(one, other)) return true;
    if (isRounding(left, right, roundedPlaces, budget) || isRounding(right, left, roundedPlaces, budget)) return true;
    return (one === undefined || other === undefined) && sameEverywhere(left, right, budget);
  });
}

/** With a percent sign on one side only, 50% may stand for 50 as well as for 1/2. */
function readings(key: Value, answer: Value): readonly (readonly [Node, Node])[] {
  const asWritten = [key.node, answer.node] as const;
  if (key.percent === answer.percent) return [asWritten];
  const hundredth = (node: Node): Node => ({
    kind: 'call',
    name: 'Divide',
    args: [node, { kind: 'number', written: '100' }],
  });
  return key.percent
    ? [asWritten, [hundredth(key.node), answer.node]]
    : [asWritten, [key.node, hundredth(answer.node)]];
}

/** True when `decimal` is a decimal number of at least `places` places, to which the exact value rounds. */
function isRounding(decimal: Node, exact: Node, places: number, budget: Budget): boolean {
  const written = decimalOf(decimal);
  if (written === undefined || written.places < places || written.significant < Math.min(places, 4)) return false;
  if (freeSymbols(exact).size > 0) return false;
  const other = decimalOf(exact);
  // Two decimals as long as one another are both meant as written.
  if (other !== undefined && other.places <= written.places) return false;
  const value = evaluate(exact, new Map(), budget);
  if (value === undefined || Math.abs(value.im) > 1e-12) return false;
  return Math.abs(value.re - written.value) <= 0.5000001 * 10 ** -written.places;
}

function decimalOf(node: Node): { value: number; places: number; significant: number } | undefined {
  if (node.kind === 'call' && (node.name === 'Negate' || node.name === 'Group') && node.args[0]) {
    const inner = decimalOf(node.args[0]);
    return inner && node.name === 'Negate' ? { ...inner, value: -inner.value } : inner;
  }
  if (node.kind !== 'number') return undefined;
  const match = /^(\d*)\.(\d+)$/.exec(node.written);
  if (match === null) return undefined;
  const digits = `${match[1]}${match[2]}`.replace(/^0+/, '');
  return { value: Number(node.written), places: (match[2] as string).length, significant: digits.length };
}

/** Compares at probe points; at least one must give a value on both sides. */
function sameEverywhere(left: Node, right: Node, budget: Budget): boolean {
  const symbols = freeSymbols(right, freeSymbols(left));
  const points = symbols.size === 0 ? [new Map<string, number>()] : probePoints(symbols);
  const complex: [Complex, Complex][] = [];
  let compared = 0;
  for (const point of points) {
    const [one, other] = [evaluate(left, point, budget), evaluate(right, point, budget)];
    if (one === undefined || other === undefined) return false;
    if (!isFinite(one) || !isFinite(other)) continue;
    if (isReal(one) && isReal(other)) {
      if (!isClose(one, other)) return false;
      compared++;
    } else complex.push([one, other]);
  }
  // Outside the reals roots have several branches; those points count only when there are no others.
  if (compared >= Math.min(2, points.length)) return true;
  return complex.length > 0 && complex.every(([one, other]) => isClose(one, other));
}

function isFinite({ re, im }: Complex): boolean {
  return Number.isFinite(re) && Number.isFinite(im);
}

function isReal({ re, im }: Complex): boolean {
  return Math.abs(im) <= 1e-12 * Math.max(1, Math.abs(re));
}

function isClose(one: Complex, other: Complex): boolean {
  const difference = one.sub(other).abs();
  return difference <= 1e-13 || difference <= roundOff * Math.max(one.abs(), other.abs());
}

/**
 * True when `left` is `right` times one constant at every probe point: a positive one where `positive` asks for it.
 * So are the two sides of 2x = 4 and x = 2, taken to one side.
 */
export function isScaled(left: Node, right: Node, positive: boolean, budget: Budget): boolean {
  const symbols = freeSymbols(right, freeSymbols(left));
  if (symbols.size === 0) return false;
  let ratio: Complex | undefined;
  let compared = 0;
  for (const point of probePoints(symbols)) {
    const [one, other] = [evaluate(left, point, budget), evaluate(right, point, budget)];
    if (one === undefined || other === undefined) return false;
    if (!isFinite(one) || !isFinite(other) || other.abs() < 1e-9 || one.abs() < 1e-9) continue;
    const here = one.div(other);
    if (!isReal(here) || (positive && here.re <= 0)) return false;
    if (ratio !== undefined && !isClose(here, ratio)) return false;
    ratio = here;
    compared++;
  }
  return compared >= 3;
}
