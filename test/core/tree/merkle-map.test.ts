import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { bitOf, emptySubtree, mapRoot, sortEntries } from '../../../src/core/tree/merkle-map.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

type Entry = readonly [Uint8Array, Uint8Array];

/** The definition, word for word, without sorting or searching. */
function definition(entries: readonly Entry[], depth = 0): Uint8Array {
  const [first] = entries;
  if (first === undefined) return new Uint8Array(32);
  if (entries.length === 1) return sha256(Buffer.concat([Buffer.from([0]), ...first]));
  const side = (bit: number) =>
    definition(
      entries.filter(([key]) => bitOf(key, depth) === bit),
      depth + 1,
    );
  return sha256(Buffer.concat([Buffer.from([1]), side(0), side(1)]));
}

/** Keys that share long beginnings as well as random ones. */
const key = fc
  .tuple(fc.constantFrom(0, 3, 31), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([shared, bytes]) => bytes.map((byte, index) => (index < shared ? 0xa5 : byte)));
const entries = fc.uniqueArray(fc.tuple(key, fc.uint8Array({ minLength: 32, maxLength: 32 })), {
  selector: ([bytes]) => toHex(bytes),
  maxLength: 30,
});

describe('the compact sparse Merkle map', () => {
  it('has the root that its definition gives, whatever the order of entries', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const root = toHex(mapRoot(sha256, sortEntries(list)));
        expect(root).toBe(toHex(definition(list)));
        expect(toHex(mapRoot(sha256, sortEntries(list.toReversed())))).toBe(root);
      }),
    );
  });

  it('is 32 zero bytes when empty', () => {
    expect(mapRoot(sha256, sortEntries([]))).toEqual(emptySubtree);
  });

  it('refuses two entries of one key', () => {
    const same = sha256('x');
    expect(() =>
      sortEntries([
        [same, sha256('1')],
        [same, sha256('2')],
      ]),
    ).toThrow(RangeError);
  });
});
