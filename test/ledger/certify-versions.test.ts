import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import { encodeCertificate } from '../../src/core/tree/difference-certificate.ts';
import { findDifferences, proveDifference } from '../../src/core/tree/difference.ts';
import { cursorOf } from '../../src/core/tree/map-cursor.ts';
import { type MapEntries, createMapHasher, keyAt, mapRoot, sortEntries } from '../../src/core/tree/merkle-map.ts';
import { randomFor } from '../../src/core/random.ts';
import { certifyVersions } from '../../src/ledger/certify-versions.ts';
import { certifyIndexes, encodeMapIndex } from '../../src/ledger/map-index.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { verifyCertificate } from '../../src/core/tree/difference-certificate.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import type { Reader } from '../../src/world/files/files.ts';
import { memoryFiles } from '../fakes/files.ts';
import { exampleLibrary } from './experience.ts';

type Records = ReadonlyMap<string, number>;

function entriesOf(records: Records): { entries: MapEntries; ids: string[] } {
  const names = new Map([...records.keys()].map((id) => [toHex(sha256(id)), id]));
  const entries = sortEntries([...records].map(([id, content]) => [sha256(id), sha256(`${content}`)] as const));
  return {
    entries,
    ids: Array.from({ length: entries.count }, (_, place) => names.get(toHex(keyAt(entries, place))) ?? ''),
  };
}

async function indexed(records: Records): Promise<Reader> {
  const { entries, ids } = entriesOf(records);
  const files = memoryFiles();
  files.set('index', encodeMapIndex(entries, ids, sha256));
  return await files.open('index');
}

/** What the whole maps in memory give. */
function certifyInMemory(before: Records, after: Records): Uint8Array {
  const [old, next] = [entriesOf(before), entriesOf(after)];
  const names = new Map([...before.keys(), ...after.keys()].map((id) => [toHex(sha256(id)), id]));
  const differences = findDifferences(old.entries, next.entries);
  const hasher = createMapHasher(sha256);
  const changes = differences.map(({ key, ...values }) => ({ id: names.get(toHex(key)) ?? '', ...values }));
  return encodeCertificate(
    changes,
    proveDifference(cursorOf(hasher, old.entries), cursorOf(hasher, next.entries), differences),
  );
}

describe('the index of a map', () => {
  it.each([
    [0, 0, 0],
    [0, 3, 3],
    [1, 1, 1],
    [40, 40, 5],
    [40, 15, 30],
    [700, 690, 25],
    [15, 900, 900],
    [3000, 3000, 1],
    [5000, 4990, 40],
  ])('gives the certificate that memory gives: %d and %d records', async (one, other, edits) => {
    for (let round = 0; round < 5; round++) {
      const random = randomFor(round, one, other);
      const before = new Map<string, number>(Array.from({ length: one }, (_, index) => [`e${index}`, 0] as const));
      const after = new Map(before);
      for (let edit = 0; edit < edits; edit++) {
        const id = `e${Math.floor(random() * Math.max(one, 1))}`;
        if (random() < 0.5 && after.has(id)) after.set(id, 1);
        else if (after.size > other) after.delete(id);
        else after.set(`n${round}.${edit}`, 2);
      }
      const certified = await certifyIndexes(await indexed(before), await indexed(after), sha256);
      expect(Buffer.from(certified.bytes).equals(certifyInMemory(before, after))).toBe(true);
      expect(toHex(certified.roots.before)).toBe(toHex(mapRoot(sha256, entriesOf(before).entries)));
      expect(toHex(certified.roots.after)).toBe(toHex(mapRoot(sha256, entriesOf(after).entries)));
    }
  });

  it('is refused when it is damaged or cut', async () => {
    const files = memoryFiles();
    const { entries, ids } = entriesOf(new Map([['e1', 0]]));
    const bytes = encodeMapIndex(entries, ids, sha256);
    for (const damaged of [bytes.slice(0, 10), new Uint8Array(100), bytes.slice(0, 40)]) {
      files.set('index', damaged);
      const reader = await files.open('index');
      await expect(certifyIndexes(reader, reader, sha256)).rejects.toMatchObject({ code: 'index-damaged' });
    }
  });

  it('is made when a large version has none, and made anew when it is damaged', async () => {
    const files = memoryFiles();
    const ledger = openLedger({ files, sha256, clock: systemClock, folder: 'library' });
    const library = exampleLibrary(10_001);
    const [first, second, ...rest] = library.experiences;
    if (first === undefined || second === undefined) throw new Error('two are needed');
    const next = { experiences: [{ ...first, confidence: 1 }, ...rest, ...exampleLibrary(1, 20_000).experiences] };
    await ledger.commitVersion(library, { message: '', author: 'zoo' });
    await ledger.commitVersion(next, { message: '', author: 'zoo' });
    const check = async () => {
      const { bytes, changes, before, after } = await certifyVersions(files, ledger, 'v1', 'v2', sha256);
      const ids = [first.id, second.id, next.experiences.at(-1)?.id];
      expect(new Set(changes.map(({ id }) => id))).toEqual(new Set(ids));
      const roots = { before: Buffer.from(before, 'hex'), after: Buffer.from(after, 'hex') };
      expect(verifyCertificate(sha256, bytes, roots)).toHaveLength(3);
    };
    await check();
    const index = (await files.list('library/.zoo/index')).map((name) => `library/.zoo/index/${name}`)[0] ?? '';
    const bytes = (files.contents.get(index) as Uint8Array).slice();
    bytes[60] = (bytes[60] as number) ^ 1;
    bytes[6000] = (bytes[6000] as number) ^ 1;
    files.set(index, bytes);
    await check();
  });
});
