/*
 * Proofs as `zoo ledger prove` writes them, for the contracts to check: node contracts/script/inclusion-fixture.ts
 * writes contracts/test/fixtures/inclusion.json, and inclusion-sizes.json for trees of many sizes.
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { toHex } from '../../src/core/digest.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import { randomFor } from '../../src/core/random.ts';
import { canonicalJson } from '../../src/core/tree/canonical.ts';
import { hashLeaf } from '../../src/core/tree/hashing.ts';
import { recordDigest, recordKey } from '../../src/core/tree/library-roots.ts';
import { encodeMerkleProof, proveIds, renderProof } from '../../src/core/tree/proof.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { exampleLibrary } from '../../test/ledger/experience.ts';

export const fixturePath = fileURLToPath(new URL('../test/fixtures/inclusion.json', import.meta.url));
export const sizesPath = fileURLToPath(new URL('../test/fixtures/inclusion-sizes.json', import.meta.url));

/** Every record of small libraries, and some of larger ones whose trees are not full. */
const libraries = [
  { size: 1, taken: [0] },
  { size: 2, taken: [0, 1] },
  { size: 3, taken: [0, 1, 2] },
  { size: 5, taken: [0, 1, 2, 3, 4] },
  { size: 7, taken: [0, 3, 6] },
  { size: 8, taken: [0, 5, 7] },
  { size: 100, taken: [0, 1, 50, 63, 64, 98, 99] },
  { size: 1000, taken: [0, 511, 512, 998, 999] },
];

type Proven = ReturnType<typeof proveIds>;

export function renderInclusionFixture(): string {
  const cases = libraries.flatMap(({ size, taken }) => taken.map((place) => singleCase(proofOf(size, [place]))));
  const many = libraries.map(({ size, taken }) => manyCase(proofOf(size, taken)));
  return `${JSON.stringify({ count: cases.length, cases, manyCount: many.length, many }, null, 1)}\n`;
}

function proofOf(size: number, places: readonly number[]): Proven {
  const { experiences } = exampleLibrary(size);
  return written(experiences, places);
}

/** What the file that the command writes says. */
function written(experiences: readonly Experience[], places: readonly number[]): Proven {
  const ids = places.map((place) => experiences[place]?.id ?? '');
  const proof: unknown = JSON.parse(renderProof(proveIds({ experiences }, ids, null, sha256)));
  return proof as Proven;
}

/** Every size from 1 to 40, and some that are larger, around powers of two and anywhere. */
const sizes = [...Array(40).keys()]
  .map((place) => place + 1)
  .concat(63, 64, 65, 127, 128, 129, 255, 256, 257)
  .concat([...Array(8).keys()].map((place) => 41 + Math.floor(randomFor(place)() * 260)));

/** Of each size the first, the last and another record, each by itself and all by one path. */
export function renderSizesFixture(): string {
  // In order of their keys, a library of n is the first n of them, and a record's place is the same in all.
  const records = exampleLibrary(Math.max(...sizes))
    .experiences.map((record) => ({ record, key: toHex(recordKey(sha256, record.id)) }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ record }) => record);
  const trees = sizes.map((size) => {
    const any = Math.floor(randomFor(size)() * size);
    const indices = [...new Set([0, any, size - 1])];
    const library = records.slice(0, size);
    const paths = indices.map((index) => `0x${written(library, [index]).path}`);
    const { recordsRoot, path } = written(library, indices);
    return { size, recordsRoot: `0x${recordsRoot}`, indices, paths, path: `0x${path}` };
  });
  const leaves = records.map((record) => `0x${toHex(hashLeaf(sha256, recordDigest(sha256, record)))}`);
  return `${JSON.stringify({ leaves, count: trees.length, trees }, null, 1)}\n`;
}

function singleCase({ recordsRoot, size, included, path }: Proven) {
  const [only] = included;
  if (only === undefined || included.length !== 1) throw new Error('a proof of one record');
  const hashes = path === '' ? [] : [Buffer.from(path, 'hex')];
  return {
    recordsRoot: `0x${recordsRoot}`,
    size,
    index: only.index,
    record: bytesOf(only.record),
    path: `0x${path}`,
    merkleProof: encodeMerkleProof(only.index, size, hashes),
  };
}

function manyCase({ recordsRoot, size, included, path }: Proven) {
  const inOrder = included.toSorted((one, other) => one.index - other.index);
  return {
    recordsRoot: `0x${recordsRoot}`,
    size,
    indices: inOrder.map(({ index }) => index),
    records: inOrder.map(({ record }) => bytesOf(record)),
    path: `0x${path}`,
  };
}

function bytesOf(record: Proven['included'][number]['record']): string {
  return `0x${toHex(new TextEncoder().encode(canonicalJson(record)))}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(fixturePath, renderInclusionFixture());
  writeFileSync(sizesPath, renderSizesFixture());
}
