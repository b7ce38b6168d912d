import { Complex } from 'complex.js';
import { randomFor } from '../../../core/random.ts';
import type { Budget } from './budget.ts';
import type { Node } from './node.ts';

/** Values of the free symbols. */
export type Point = ReadonlyMap<string, number>;

/**
 * Points at which expressions are compared: always the same for the same symbols, some with all positive values, some
 * mixed, so that |x| and x, or x and sqrt(x^2), differ somewhere.
 */
export function probePoints(symbols: Iterable<string>, count = 8): Point[] {
  const names = [...symbols].sort();
  return Array.from({ length: count }, (_, index) => {
    const random = (name: string) => {
      const draw = randomFor(index, 'probe', name);
      const size = 0.31 + 2.4 * draw();
      return index % 2 === 1 && draw() < 0.5 ? -size : size;
    };
    return new Map(names.map((name) => [name, random(name)]));
  });
}

/** The value of an expression at a point, by principal branches. Undefined for what is no number, or is not known. */
export function evaluate(node: Node, point: Point, budget: Budget): Complex | undefined {
  budget.spend();
  if (node.kind === 'number') return readNumber(node.written);
  if (node.kind === 'symbol') return valueOf(node.name, point);
  if (node.kind === 'text') return undefined;
  const values: Complex[] = [];
  for (const arg of node.args) {
    const value = evaluate(arg, point, budget);
    if (value === undefined) return undefined;
    values.push(value);
  }
  const inverse = inverseFunction(node, values, point, budget);
  return inverse ?? apply(node.name, values);
}

function readNumber(written: string): Complex {
  const repeating = /^(-?\d*)\.(\d*)\((\d+)\)$/.exec(written);
  if (repeating === null) return new Complex(Number(written), 0);
  const [, whole = '0', fraction = '', repeated = '0'] = repeating;
  const size = Number(`${whole || '0'}.${fraction}${repeated.repeat(Math.ceil(20 / repeated.length))}`);
  return new Complex(size, 0);
}

function valueOf(name: string, point: Point): Complex | undefined {
  switch (name) {
    case 'Pi':
      return new Complex(Math.PI, 0);
    case 'ExponentialE':
    case 'e':
      return new Complex(Math.E, 0);
    case 'ImaginaryUnit':
    case 'i':
      return new Complex(0, 1);
    case 'PositiveInfinity':
    case 'NegativeInfinity':
      return undefined;
    default: {
      const value = point.get(name);
      return value === undefined ? undefined : new Complex(value, 0);
    }
  }
}

const unary: Readonly<Record<string, (value: Complex) => Complex | undefined>> = {
  Group: (value) => value,
  BaseForm: (value) => value,
  Negate: (value) => value.neg(),
  Sqrt: (value) => value.sqrt(),
  Square: (value) => value.mul(value),
  Abs: (value) => new Complex(value.abs(), 0),
  Exp: (value) => value.exp(),
  Ln: (value) => value.log(),
  Lb: (value) => value.log().div(Math.LN2),
  Lg: (value) => value.log().div(Math.LN10),
  Sin: (value) => value.sin(),
  Cos: (value) => value.cos(),
  Tan: (value) => value.tan(),
  Cot: (value) => value.cos().div(value.sin()),
  Sec: (value) => new Complex(1, 0).div(value.cos()),
  Csc: (value) => new Complex(1, 0).div(value.sin()),
  Sinh: (value) => value.sinh(),
  Cosh: (value) => value.cosh(),
  Tanh: (value) => value.tanh(),
  Arcsin: (value) => value.asin(),
  Arccos: (value) => value.acos(),
  Arctan: (value) => value.atan(),
  Conjugate: (value) => value.conjugate(),
  Degrees: (value) => value.mul(Math.PI / 180),
  Floor: (value) => (value.im === 0 ? new Complex(Math.floor(value.re), 0) : undefined),
  Ceil: (value) => (value.im === 0 ? new Complex(Math.ceil(value.re), 0) : undefined),
  Factorial: factorial,
};

function apply(name: string, values: readonly Complex[]): Complex | undefined {
  const [first, second] = values;
  if (first === undefined) return undefined;
  switch (name) {
    case 'Add':
      return values.reduce((sum, value) => sum.add(value));
    case 'Multiply':
      return values.reduce((product, value) => product.mul(value));
    case 'Subtract':
      return second && first.sub(second);
    case 'Divide':
    case 'Rational':
      return second && first.div(second);
    case 'Power':
      return second && power(first, second);
    case 'Root':
      return second && root(first, second);
    case 'Log':
      return second === undefined ? first.log().div(Math.LN10) : first.log().div(second.log());
    case 'Max':
      return extreme(values, Math.max);
    case 'Min':
      return extreme(values, Math.min);
    case 'Binomial':
    case 'Choose':
      return second && binomial(first, second);
    default:
      return values.length === 1 && Object.hasOwn(unary, name) ? unary[name]?.(first) : undefined;
  }
}

const inverses: Readonly<Record<string, string>> = { Sin: 'Arcsin', Cos: 'Arccos', Tan: 'Arctan' };

/** \sin^{-1} x is the inverse function; (\sin x)^{-1}, which has a group around its base, is not. */
function inverseFunction(node: Node, values: readonly Complex[], point: Point, budget: Budget): Complex | undefined {
  if (node.kind !== 'call' || node.name !== 'Power' || values[1]?.re !== -1 || values[1].im !== 0) return undefined;
  const [base] = node.args;
  if (base?.kind !== 'call' || !Object.hasOwn(inverses, base.name) || base.args[0] === undefined) return undefined;
  const argument = evaluate(base.args[0], point, budget);
  return argument && unary[inverses[base.name] as string]?.(argument);
}

function power(base: Complex, exponent: Complex): Complex {
  if (exponent.im === 0 && Number.isInteger(exponent.re) && base.im === 0)
    return new Complex(base.re ** exponent.re, 0);
  return base.pow(exponent);
}

/** Odd roots of negative reals are real. */
function root(value: Complex, degree: Complex): Complex | undefined {
  if (degree.im !== 0 || degree.re === 0) return undefined;
  if (value.im === 0 && value.re < 0 && Math.abs(degree.re % 2) === 1)
    return new Complex(-((-value.re) ** (1 / degree.re)), 0);
  return value.pow(1 / degree.re, 0);
}

function factorial(value: Complex): Complex | undefined {
  if (value.im !== 0 || !Number.isInteger(value.re) || value.re < 0 || value.re > 170) return undefined;
  let product = 1;
  for (let factor = 2; factor <= value.re; factor++) product *= factor;
  return new Complex(product, 0);
}

function binomial(above: Complex, below: Complex): Complex | undefined {
  if (below.im !== 0 || !Number.isInteger(below.re) || below.re < 0 || below.re > 1000) return undefined;
  let product = new Complex(1, 0);
  for (let index = 0; index < below.re; index++) product = product.mul(above.sub(index)).div(index + 1);
  return product;
}

function extreme(values: readonly Complex[], pick: (...values: number[]) => number): Complex | undefined {
  return values.every((value) => value.im === 0) ? new Complex(pick(...values.map((value) => value.re)), 0) : undefined;
}
