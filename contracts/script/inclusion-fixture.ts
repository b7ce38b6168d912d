/*
 * Proofs as `zoo ledger prove` writes them, for the contracts to check: node contracts/script/inclusion-fixture.ts
 * writes contracts/test/fixtures/inclusion.json.
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { toHex } from '../../src/core/digest.ts';
import { canonicalJson } from '../../src/core/tree/canonical.ts';
import { encodeMerkleProof, proveIds, renderProof } from '../../src/core/tree/proof.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { exampleLibrary } from '../../test/ledger/experience.ts';

export const fixturePath = fileURLToPath(new URL('../test/fixtures/inclusion.json', import.meta.url));

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

/** What the file that the command writes says. */
function proofOf(size: number, places: readonly number[]): Proven {
  const library = exampleLibrary(size);
  const ids = places.map((place) => library.experiences[place]?.id ?? '');
  const written: unknown = JSON.parse(renderProof(proveIds(library, ids, null, sha256)));
  return written as Proven;
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

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(fixturePath, renderInclusionFixture());
