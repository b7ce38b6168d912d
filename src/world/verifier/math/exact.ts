import type { Rational } from '../../../core/answer/number.ts';
import type { Budget } from './budget.ts';
import type { Node } from './node.ts';

/** Numbers of more bits than these are not computed exactly. */
const mostBits = 4096;

/** The value of an expression without symbols as an exact fraction in lowest terms; undefined where it has none. */
export function exactValue(node: Node, budget: Budget): Rational | undefined {
  budget.spend();
  if (node.kind === 'number') return readWritten(node.written);
  if (node.kind !== 'call') return undefined;
  const values: Rational[] = [];
  for (const arg of node.args) {
    const value = exactValue(arg, budget);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return guard(apply(node.name, values));
}

function apply(name: string, values: readonly Rational[]): Rational | undefined {
  const [first, second] = values;
  if (first === undefined) return undefined;
  switch (name) {
    case 'Group':
      return first;
    case 'Negate':
      return { numerator: -first.numerator, denominator: first.denominator };
    case 'Add':
      return values.reduce(add);
    case 'Subtract':
      return second && add(first, { numerator: -second.numerator, denominator: second.denominator });
    case 'Multiply':
      return values.reduce(multiply);
    case 'Divide':
    case 'Rational':
      return second && divide(first, second);
    case 'Power':
      return second && power(first, second);
    case 'Sqrt':
      return root(first, 2n);
    case 'Abs':
      return first.numerator < 0n ? { numerator: -first.numerator, denominator: first.denominator } : first;
    case 'Factorial':
      return factorial(first);
    case 'Binomial':
    case 'Choose':
      return second && binomial(first, second);
    case 'BaseForm':
      return first;
    case 'Mod':
      return second && second.numerator !== 0n && first.denominator === 1n && second.denominator === 1n
        ? whole(((first.numerator % second.numerator) + second.numerator) % second.numerator)
        : undefined;
    default:
      return undefined;
  }
}

const whole = (value: bigint): Rational => ({ numerator: value, denominator: 1n });

/** A literal of the parser: digits, a decimal point, an exponent, and a repeating part in parentheses. */
function readWritten(written: string): Rational | undefined {
  const match = /^(-?)(\d*)(?:\.(\d*)(?:\((\d+)\))?)?(?:e([+-]?\d{1,4}))?$/.exec(written);
  if (match === null || written.length > 1200) return undefined;
  const [, sign, integer = '', fraction = '', repeated, exponent] = match;
  if (integer === '' && fraction === '' && repeated === undefined) return undefined;
  const scale = 10n ** BigInt(fraction.length);
  let value: Rational = { numerator: BigInt(`${integer}${fraction}` || '0'), denominator: scale };
  if (repeated !== undefined) {
    value = add(value, { numerator: BigInt(repeated), denominator: scale * (10n ** BigInt(repeated.length) - 1n) });
  }
  const shift = Number(exponent ?? 0);
  if (Math.abs(shift) > 1000) return undefined;
  value = multiply(
    value,
    shift < 0 ? { numerator: 1n, denominator: 10n ** BigInt(-shift) } : whole(10n ** BigInt(shift)),
  );
  return guard(sign === '-' ? { numerator: -value.numerator, denominator: value.denominator } : value);
}

function add(left: Rational, right: Rational): Rational {
  return {
    numerator: left.numerator * right.denominator + right.numerator * left.denominator,
    denominator: left.denominator * right.denominator,
  };
}

function multiply(left: Rational, right: Rational): Rational {
  return { numerator: left.numerator * right.numerator, denominator: left.denominator * right.denominator };
}

function divide(left: Rational, right: Rational): Rational | undefined {
  if (right.numerator === 0n) return undefined;
  return { numerator: left.numerator * right.denominator, denominator: left.denominator * right.numerator };
}

function power(base: Rational, exponent: Rational): Rational | undefined {
  if (exponent.denominator !== 1n) {
    if (exponent.denominator > 64n) return undefined;
    const rooted = root(base, exponent.denominator);
    return rooted && power(rooted, whole(exponent.numerator));
  }
  const times = exponent.numerator < 0n ? -exponent.numerator : exponent.numerator;
  if (times > BigInt(mostBits) || bits(base) * times > BigInt(mostBits)) return undefined;
  if (exponent.numerator < 0n && base.numerator === 0n) return undefined;
  const raised = { numerator: base.numerator ** times, denominator: base.denominator ** times };
  return exponent.numerator < 0n ? { numerator: raised.denominator, denominator: raised.numerator } : raised;
}

/** Bits of the larger part; of 1 there are none, since it does not grow. */
function bits({ numerator, denominator }: Rational): bigint {
  const size = (value: bigint) => ((value < 0n ? -value : value) <= 1n ? 0 : value.toString(16).length * 4);
  return BigInt(Math.max(size(numerator), size(denominator)));
}

/** The real n-th root where it is rational. */
function root(value: Rational, degree: bigint): Rational | undefined {
  if (value.numerator < 0n) {
    if (degree % 2n === 0n) return undefined;
    const positive = root({ numerator: -value.numerator, denominator: value.denominator }, degree);
    return positive && { numerator: -positive.numerator, denominator: positive.denominator };
  }
  const reduced = guard(value);
  const numerator = reduced && integerRoot(reduced.numerator, degree);
  const denominator = reduced && integerRoot(reduced.denominator, degree);
  return numerator === undefined || denominator === undefined ? undefined : { numerator, denominator };
}

function integerRoot(value: bigint, degree: bigint): bigint | undefined {
  if (value < 2n) return value;
  const guess = BigInt(Math.round(Math.min(Number(value) ** (1 / Number(degree)), 2 ** 52)));
  for (const candidate of [guess - 1n, guess, guess + 1n])
    if (candidate > 0n && candidate ** degree === value) return candidate;
  return undefined;
}

function factorial({ numerator, denominator }: Rational): Rational | undefined {
  if (denominator !== 1n || numerator < 0n || numerator > 400n) return undefined;
  let product = 1n;
  for (let factor = 2n; factor <= numerator; factor++) product *= factor;
  return whole(product);
}

function binomial(above: Rational, below: Rational): Rational | undefined {
  const [n, k] = [above.numerator, below.numerator];
  if (above.denominator !== 1n || below.denominator !== 1n || n < 0n || k < 0n || n > 2000n || k > 1000n)
    return undefined;
  let product = 1n;
  for (let index = 1n; index <= k; index++) product = (product * (n - k + index)) / index;
  return whole(k > n ? 0n : product);
}

/** Lowest terms with a positive denominator; undefined when it has grown too large. */
function guard(value: Rational | undefined): Rational | undefined {
  if (value === undefined || bits(value) > BigInt(mostBits * 2)) return undefined;
  const sign = value.denominator < 0n ? -1n : 1n;
  const divisor =
    greatestDivisor(value.numerator < 0n ? -value.numerator : value.numerator, value.denominator * sign) * sign;
  return { numerator: value.numerator / divisor, denominator: value.denominator / divisor };
}

function greatestDivisor(left: bigint, right: bigint): bigint {
  while (right !== 0n) [left, right] = [right, left % right];
  return left === 0n ? 1n : left;
}
