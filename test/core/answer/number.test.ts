import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalNumbers, readNumber, toFloat } from '../../../src/core/answer/number.ts';

describe('readNumber', () => {
  it.each([
    ['033', 33],
    ['-7', -7],
    ['\u22127', -7],
    ['+5', 5],
    ['18.00', 18],
    ['.5', 0.5],
    ['5.', 5],
    ['7,425,000', 7_425_000],
    ['1 000 000', 1_000_000],
    [String.raw`1{,}000`, 1000],
    [String.raw`1\,000`, 1000],
    [String.raw`1\!,\!000`, 1000],
    ['1\u2009000', 1000],
    [String.raw`\frac{3}{4}`, 0.75],
    [String.raw`-\dfrac34`, -0.75],
    ['3/4', 0.75],
    [String.raw`1\frac{1}{2}`, 1.5],
    ['1 1/2', 1.5],
    ['1.5e3', 1500],
    [String.raw`1.5 \times 10^{-3}`, 0.0015],
    [String.raw`50\%`, 0.5],
    [String.raw`\$1,000.50`, 1000.5],
    ['€5', 5],
    [String.raw`73^\circ`, 73],
    [String.raw`204\text{ minutes}`, 204],
    ['12 apples.', 12],
    ['70,000 dollars per year', 70_000],
    ['5 cm^2', 5],
    ['3 km/h', 3],
    ['m + n = 113', 113],
    ['２０４', 204],
  ])('reads %s', (text, value) => {
    const number = readNumber(text);
    expect(number && toFloat(number)).toBe(value);
  });

  it.each([
    '',
    'x + 1',
    '2 + 3',
    '3, 4',
    '1,22',
    '12,34,567',
    '5x',
    '5i',
    String.raw`10\pi`,
    '10 pi',
    String.raw`2\sqrt{3}`,
    '3 million',
    '5 and 6',
    '9^9',
    '1/0',
    '1e999999',
    'Infinity',
    'NaN',
    '0x10',
    '1'.repeat(1000),
    'process.exit(1)',
  ])('reads no number in %s', (text) => {
    expect(readNumber(text)).toBeUndefined();
  });

  it('is exact beyond floats', () => {
    const one = readNumber('100000000000000000001');
    const other = readNumber('100000000000000000002');
    expect(one && other && equalNumbers(one, other)).toBe(false);
  });

  it('reads back every integer and fraction', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        (above, below) => {
          expect(readNumber(`${above}`)).toMatchObject({ numerator: above, denominator: 1n });
          const fraction = readNumber(String.raw`\frac{${above}}{${below}}`);
          expect(fraction && equalNumbers(fraction, { numerator: above, denominator: below })).toBe(true);
        },
      ),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => void readNumber(text)));
  });
});
