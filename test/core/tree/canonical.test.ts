import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';

describe('canonicalJson', () => {
  it('writes what RFC 8785 writes', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as { numbers: unknown[] };
    // 1E30 is an integer beyond 2^53, which RFC 8785 writes and the ledger refuses.
    value.numbers.splice(1, 1);
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect(canonicalJson({ '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
    expect(canonicalJson([-0, [], {}, ''])).toBe('[0,[],{},""]');
  });

  it.each([
    ['undefined', { a: undefined }],
    ['not a number', [Number.NaN]],
    ['infinity', Number.POSITIVE_INFINITY],
    ['an unsafe integer', { a: 2 ** 53 }],
    ['half a surrogate pair', 'a\ud800'],
    ['half a surrogate pair in a key', { '\udc00': 1 }],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a hole', Array.from({ length: 2 })],
    ['a hole of an array', Object.assign([], { length: 1 })],
    ['a big integer', 1n],
    ['a function', () => 1],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'not-canonical' }));
  });

  it('refuses what is nested too deep or in a circle', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 65; level++) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow(expect.objectContaining({ code: 'not-canonical' }));
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => canonicalJson(circle)).toThrow(expect.objectContaining({ code: 'not-canonical' }));
  });

  it('reads back as it was, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 5 }), (value) => {
        let text: string;
        try {
          text = canonicalJson(value);
        } catch {
          // Generated numbers may be unsafe integers.
          fc.pre(false);
          return;
        }
        expect(canonicalJson(reversed(JSON.parse(text)))).toBe(text);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
