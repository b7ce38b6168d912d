import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import {
  type CertifiedChange,
  encodeCertificate,
  verifyCertificate,
} from '../../../src/core/tree/difference-certificate.ts';
import {
  type Difference,
  type DifferenceNode,
  findDifferences,
  proveDifference,
} from '../../../src/core/tree/difference.ts';
import { proveMapKey, verifyMapKey } from '../../../src/core/tree/map-proof.ts';
import { cursorOf } from '../../../src/core/tree/map-cursor.ts';
import { type MapEntries, createMapHasher, mapRoot, sortEntries } from '../../../src/core/tree/merkle-map.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

/** A set of records: ids with a number that stands for their content. */
type Records = ReadonlyMap<string, number>;
const entriesOf = (records: Records) =>
  sortEntries([...records].map(([id, content]) => [sha256(id), sha256(`content ${content}`)] as const));
const rootOf = (records: Records) => mapRoot(sha256, entriesOf(records));

const prove = (before: MapEntries, after: MapEntries, differences: readonly Difference[]) => {
  const hasher = createMapHasher(sha256);
  return proveDifference(cursorOf(hasher, before), cursorOf(hasher, after), differences);
};

function certify(before: Records, after: Records): Uint8Array {
  const [old, next] = [entriesOf(before), entriesOf(after)];
  const differences = findDifferences(old, next);
  const names = new Map([...before.keys(), ...after.keys()].map((id) => [toHex(sha256(id)), id]));
  const changes = differences.map(({ key, ...values }) => ({ id: names.get(toHex(key)) ?? '', ...values }));
  return encodeCertificate(changes, prove(old, next, differences));
}

const rootsOf = (before: Records, after: Records) => ({ before: rootOf(before), after: rootOf(after) });
const check = (bytes: Uint8Array, before: Records, after: Records, roots = rootsOf(before, after)) =>
  verifyCertificate(sha256, bytes, roots);

function expected(before: Records, after: Records): string[] {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids].filter((id) => before.get(id) !== after.get(id)).sort();
}

const numbered = (count: number): Map<string, number> =>
  new Map(Array.from({ length: count }, (_, index) => [`exp_${index}`, 0] as const));

function changed(count: number, edits: readonly number[]): [Records, Records] {
  const before = numbered(count);
  const after = new Map(before);
  for (const [index, edit] of edits.entries()) {
    if (index % 3 === 0) after.set(`exp_${edit}`, 1);
    else if (index % 3 === 1) after.delete(`exp_${edit}`);
    else after.set(`new_${edit}`, 2);
  }
  return [before, after];
}

const records = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1 })), { selector: ([id]) => id })
  .map((list): Records => new Map(list.map(([id, content]) => [`e${id}`, content])));

describe('a certificate of a difference', () => {
  it('lists exactly what differs, for any two sets', () => {
    fc.assert(
      fc.property(records, records, (before, after) => {
        const changes = check(certify(before, after), before, after);
        expect(changes.map(({ id }) => id).sort()).toEqual(expected(before, after));
      }),
      { numRuns: 500 },
    );
  });

  it('is not accepted with a change left out, added or altered', () => {
    fc.assert(
      fc.property(records, records, fc.nat(), (before, after, pick) => {
        const [old, next] = [entriesOf(before), entriesOf(after)];
        const differences = findDifferences(old, next);
        fc.pre(differences.length > 0);
        const names = new Map([...before.keys(), ...after.keys()].map((id) => [toHex(sha256(id)), id]));
        const place = pick % differences.length;
        // The liar proves a shorter difference as well as that can be done: with a tree made for it.
        const fewer = differences.toSpliced(place, 1);
        const told = fewer.map(({ key, ...values }): CertifiedChange => ({
          id: names.get(toHex(key)) ?? '',
          ...values,
        }));
        for (const base of [old, next]) {
          let tree: DifferenceNode;
          try {
            tree = prove(base, base === old ? next : old, fewer);
          } catch {
            continue;
          }
          expect(() => check(encodeCertificate(told, tree), before, after)).toThrow('not valid');
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['one edit in many', changed(200, [7])],
    ['edit, removal and addition', changed(60, [3, 10, 20, 30])],
    ['a set of few', changed(3, [0, 1, 2])],
    ['from nothing', [new Map(), numbered(3)] as [Records, Records]],
    ['to nothing', [numbered(2), new Map()] as [Records, Records]],
    ['nothing at all', [numbered(5), numbered(5)] as [Records, Records]],
    ['the last one of two removed', [numbered(2), numbered(1)] as [Records, Records]],
  ])('is refused with any bit flipped: %s', (_, [before, after]) => {
    const bytes = certify(before, after);
    const roots = rootsOf(before, after);
    check(bytes, before, after, roots);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >>> 3] = (flipped[bit >>> 3] as number) ^ (1 << (bit & 7));
      expect(() => check(flipped, before, after, roots)).toThrow(
        expect.objectContaining({ code: 'invalid-certificate' }),
      );
    }
    for (let length = 0; length < bytes.length; length++)
      expect(() => check(bytes.slice(0, length), before, after, roots)).toThrow('not valid');
    expect(() => check(Uint8Array.of(...bytes, 0), before, after)).toThrow('left over');
  });

  it('is the only one: what says the same in other words is refused', () => {
    const [before, after] = changed(60, [3, 10, 20]);
    const [old, next] = [entriesOf(before), entriesOf(after)];
    const differences = findDifferences(old, next);
    const names = new Map([...before.keys(), ...after.keys()].map((id) => [toHex(sha256(id)), id]));
    const changes = differences.map(({ key, ...values }) => ({ id: names.get(toHex(key)) ?? '', ...values }));
    const tree = prove(old, next, differences);
    const deeper = (node: DifferenceNode): DifferenceNode =>
      node.kind === 'split'
        ? { ...node, left: deeper(node.left), right: deeper(node.right) }
        : node.kind === 'changed'
          ? { kind: 'split', left: node, right: { kind: 'empty' } }
          : node;
    expect(() => check(encodeCertificate(changes, deeper(tree)), before, after)).toThrow('not valid');
    const zeroed = (node: DifferenceNode): DifferenceNode =>
      node.kind === 'split'
        ? { ...node, left: zeroed(node.left), right: zeroed(node.right) }
        : node.kind === 'empty'
          ? { kind: 'opaque', hash: new Uint8Array(32) }
          : node;
    const same = JSON.stringify(zeroed(tree)) === JSON.stringify(tree);
    if (!same) expect(() => check(encodeCertificate(changes, zeroed(tree)), before, after)).toThrow('not valid');
    expect(() => check(encodeCertificate(changes.toReversed(), tree), before, after)).toThrow('not in order');
  });

  it('does not hide a sibling by calling a subtree a lone entry', () => {
    // Both maps have the same two entries; the liar says that one of them appeared.
    const before = numbered(2);
    const [old] = [entriesOf(before)];
    for (const hidden of before.keys()) {
      const tree: DifferenceNode = {
        kind: 'split',
        left: { kind: 'opaque', hash: mapRoot(sha256, old) },
        right: { kind: 'changed' },
      };
      const change = { id: hidden, before: undefined, after: sha256('content 0') };
      expect(() => check(encodeCertificate([change], tree), before, before)).toThrow('not valid');
    }
  });

  it('survives any bytes', () => {
    const [before, after] = changed(20, [3, 4, 5]);
    const bytes = certify(before, after);
    const roots = rootsOf(before, after);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.uint8Array({ maxLength: 300 }).map((tail) => Uint8Array.of(...bytes.subarray(0, 8), ...tail)),
          fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }).map((edits) => {
            const edited = bytes.slice();
            for (const [place, value] of edits) edited[place] = value;
            return edited;
          }),
        ),
        (mutated) => {
          if (Buffer.compare(mutated, bytes) === 0) return;
          expect(() => check(mutated, before, after, roots)).toThrow(
            expect.objectContaining({ code: 'invalid-certificate' }),
          );
        },
      ),
      { numRuns: 2000 },
    );
    const deep = Uint8Array.of(...bytes.subarray(0, 8), 0, 0, 0, 0, ...Array.from({ length: 100_000 }, () => 4));
    expect(() => check(deep, before, after)).toThrow('too deep');
  });

  it('grows with the changes, not with the set', () => {
    const [before, after] = changed(5000, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(certify(before, after).length).toBeLessThan(8 * 1024);
  });
});

describe('a proof about one key of a map', () => {
  it('tells values and absences, and nothing under another root', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 0, max: 60 }), (set, number) => {
        const id = `e${number}`;
        const key = sha256(id);
        const proof = proveMapKey(cursorOf(createMapHasher(sha256), entriesOf(set)), key);
        const told = verifyMapKey(sha256, key, proof, rootOf(set));
        const content = set.get(id);
        if (content === undefined) expect(told).toBe('absent');
        else expect(toHex(told as Uint8Array)).toBe(toHex(sha256(`content ${content}`)));
        const other = new Map([...set, [id, 7]]);
        expect(verifyMapKey(sha256, key, proof, rootOf(other))).toBeUndefined();
      }),
    );
  });

  it('does not tell that another key is absent', () => {
    const set = numbered(30);
    const entries = entriesOf(set);
    const root = rootOf(set);
    for (const one of set.keys())
      for (const other of set.keys()) {
        if (one === other) continue;
        const proof = proveMapKey(cursorOf(createMapHasher(sha256), entries), sha256(one));
        expect(verifyMapKey(sha256, sha256(other), proof, root)).not.toBe('absent');
      }
  });

  it('is refused with any hash altered, left out or put in', () => {
    const set = numbered(30);
    const key = sha256('missing');
    const proof = proveMapKey(cursorOf(createMapHasher(sha256), entriesOf(set)), key);
    const root = rootOf(set);
    for (const [place, sibling] of proof.siblings.entries()) {
      const altered = new Uint8Array(sibling ?? new Uint8Array(32));
      altered[5] = (altered[5] as number) ^ 1;
      const { siblings } = proof;
      for (const change of [
        siblings.with(place, altered),
        siblings.toSpliced(place, 1),
        siblings.toSpliced(place, 0, altered),
        siblings.toSpliced(place, 0, undefined),
        siblings.map((other, index) =>
          index !== place ? other : sibling === undefined ? new Uint8Array(32) : undefined,
        ),
      ])
        expect(verifyMapKey(sha256, key, { ...proof, siblings: change }, root)).toBeUndefined();
    }
  });
});
