import { toHex } from '../../../src/core/digest.ts';
import type { Experience } from '../../../src/core/library/experience.ts';
import type { Random } from '../../../src/core/random.ts';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';
import { certifyDifference } from '../../../src/core/tree/certify-difference.ts';
import { type Commit, commitId } from '../../../src/core/tree/commit.ts';
import { encodeCertificate } from '../../../src/core/tree/difference-certificate.ts';
import { type Difference, type DifferenceNode, findDifferences } from '../../../src/core/tree/difference.ts';
import { createNodeHasher, hashLeaf } from '../../../src/core/tree/hashing.ts';
import { libraryRoots, recordDigest, recordEntries, recordLeaves } from '../../../src/core/tree/library-roots.ts';
import { type MapCursor, cursorOf } from '../../../src/core/tree/map-cursor.ts';
import { buildMerkleTree, proveInclusion } from '../../../src/core/tree/merkle-log.ts';
import { type MerkleNodes, proveMany } from '../../../src/core/tree/merkle-many.ts';
import { bitOf, createMapHasher, placeOfKey } from '../../../src/core/tree/merkle-map.ts';
import { encodeMerkleProof, proveIds, renderProof } from '../../../src/core/tree/proof.ts';
import { checkpointOf, renderCheckpoint } from '../../../src/ledger/proofs/checkpoint.ts';
import { proveHistory } from '../../../src/ledger/proofs/consistency.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience } from '../experience.ts';
import { mutateBytes, mutateJson, respell } from './mutations.ts';
import { pick, randomExperience, randomRecords } from './random-library.ts';
import { type Case, bytesOf } from './judge.ts';

const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 40];

const commitOf = ({ experiences }: { experiences: readonly Experience[] }): Commit => {
  const { size, recordsRoot, mapRoot } = libraryRoots(sha256, experiences);
  const roots = { size, recordsRoot: toHex(recordsRoot), mapRoot: toHex(mapRoot) };
  const packCid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy';
  const time = '2026-01-02T03:04:05.678Z';
  const words = { author: 'Ada “L.”', message: 'Begin', evidence: { usd: 0.25, steps: [null, []] } };
  return { v: 1, seq: 2, parents: ['ab'.repeat(32)], ...roots, packCid, time, ...words };
};

/** The case itself, and what becomes of it when its bytes or what they say are changed. */
export function* changed(random: Random, one: Case, count: number): Generator<Case> {
  yield one;
  const text = new TextDecoder().decode(one.bytes);
  const isJson = text.startsWith('{');
  for (let at = 0; at < count; at++) {
    const ways: (() => Uint8Array)[] = [() => mutateBytes(one.bytes, random)];
    if (isJson) {
      const indent = pick(random, [0, 2]);
      ways.push(
        () => bytesOf(JSON.stringify(mutateJson(JSON.parse(text), random), null, indent)),
        () => bytesOf(respell(JSON.stringify(JSON.parse(text), null, indent), random)),
      );
    }
    yield { ...one, bytes: pick(random, ways)() };
  }
}

/** JSON of any kind, and numbers of any size. */
export function* texts(random: Random): Generator<Case> {
  const number = () => (random() - 0.5) * 10 ** Math.floor(random() * 60 - 30);
  const value = { 'b ö': [randomExperience(random), number(), -0, 5e-324], '1': { é: null, '\ufb33': '', '😀': [[]] } };
  const spelled = [number().toPrecision(1 + Math.floor(random() * 30)), number().toExponential(), `${number()}E1`];
  let text = JSON.stringify([value, '@'], null, pick(random, [0, 2])).replace('"@"', pick(random, spelled));
  for (let often = Math.floor(random() * 3); often > 0; often--) text = respell(text, random);
  yield { kind: 'canonical', bytes: bytesOf(text), trusted: [] };
  yield { kind: 'canonical', bytes: mutateBytes(bytesOf(text), random), trusted: [] };
}

export function* proofs(random: Random): Generator<Case> {
  const library = { experiences: randomRecords(random, pick(random, sizes)) };
  const ids = library.experiences.map(({ id }) => id);
  const commit = commitOf(library);
  const some = [...new Set(Array.from({ length: Math.floor(random() * 5) }, () => pick(random, [...ids, 'no'])))];
  const [present, absent] = [some.filter((id) => id !== 'no'), ['none', 'exp_0']];
  const about: readonly (readonly [string, readonly string[]])[] = [
    [commit.recordsRoot, present],
    [commit.mapRoot, absent],
    [commitId(commit, sha256), [...present, ...absent]],
  ];
  for (const [root, asked] of about) {
    const text = renderProof(proveIds(library, asked, root === commit.mapRoot ? null : commit, sha256));
    const trusted = pick(random, [root, root, root, commit.recordsRoot, commit.mapRoot, commitId(commit, sha256)]);
    yield* changed(random, { kind: 'proof', bytes: bytesOf(text), trusted: [trusted] }, 12);
  }
}

/** Proofs whose roots fit whatever record or commit they hold, so that its form alone decides. */
export function* forms(random: Random): Generator<Case> {
  const library = { experiences: [randomExperience(random)] };
  const { commit, included, ...others } = proveIds(library, [], commitOf(library), sha256);
  const record = mutateJson(structuredClone(library.experiences[0]), random);
  yield { kind: 'record', bytes: bytesOf(JSON.stringify(record)), trusted: [] };
  const recordsRoot = rootOver(record, (bytes) => hashLeaf(sha256, sha256(bytes)));
  const alone = { ...others, recordsRoot, size: 1, commit: null, included: [{ record, index: 0 }] };
  yield { kind: 'proof', bytes: bytesOf(JSON.stringify(alone)), trusted: [recordsRoot] };
  const other = mutateJson(structuredClone(commit), random);
  const id = rootOver(other, sha256);
  yield { kind: 'proof', bytes: bytesOf(JSON.stringify({ ...others, commit: other, included })), trusted: [id] };
}

function rootOver(value: unknown, hash: (text: string) => Uint8Array): string {
  try {
    return toHex(hash(canonicalJson(value)));
  } catch {
    return '00'.repeat(32);
  }
}

export function* merkleProofs(random: Random): Generator<Case> {
  const records = randomRecords(random, 1 + pick(random, sizes));
  const entries = recordEntries(sha256, records);
  const tree = buildMerkleTree(sha256, recordLeaves(sha256, entries));
  const record = pick(random, records);
  const index = placeOfKey(entries, sha256(record.id));
  const proof = encodeMerkleProof(index, tree.size, proveInclusion(tree, index));
  const root = toHex(libraryRoots(sha256, records).recordsRoot);
  const bytes = bytesOf(JSON.stringify(record));
  yield { kind: 'merkle-proof', bytes, trusted: [proof, root] };
  for (let at = 0; at < 10; at++) {
    const text = new TextDecoder().decode(mutateBytes(bytesOf(proof), random));
    yield { kind: 'merkle-proof', bytes, trusted: [text, root] };
  }
}

/** Trees whose leaves are all alike, which may be as large as a number can be. */
const hashNode = createNodeHasher(sha256);
function uniformTree(leaf: Uint8Array) {
  const known = new Map<number, Uint8Array>([[1, leaf]]);
  const hashOf = (count: number): Uint8Array => {
    let hash = known.get(count);
    if (hash === undefined) {
      const left = largestPowerBelow(count);
      hash = hashNode(hashOf(left), hashOf(count - left));
      known.set(count, hash);
    }
    return hash;
  };
  const consistency = (older: number, newer: number, isWhole: boolean): Uint8Array[] => {
    if (older === newer) return isWhole ? [] : [hashOf(newer)];
    const left = largestPowerBelow(newer);
    return older <= left
      ? [...consistency(older, left, isWhole), hashOf(newer - left)]
      : [...consistency(older - left, newer - left, false), hashOf(left)];
  };
  return { hashOf, consistency };
}

function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

export function* histories(random: Random): Generator<Case> {
  const ids = Array.from({ length: 1 + Math.floor(random() * 40) }, () => toHex(sha256(`${random()}`)));
  const older = Math.floor(random() * (ids.length + 1));
  const file = proveHistory(ids, older, sha256);
  const trusted = [file.older, file.newer];
  yield* changed(random, { kind: 'history', bytes: bytesOf(JSON.stringify(file)), trusted }, 15);
  const trust = [
    pick(random, trusted),
    renderCheckpoint(checkpointOf(ids.slice(1), sha256, pick(random, ['a', 'zoo-ledger/v1']))),
  ];
  yield { kind: 'history', bytes: bytesOf(JSON.stringify(file)), trusted: trust };
}

export function* hugeTrees(random: Random): Generator<Case> {
  // Beside powers of two, the largest of which are those that a logarithm takes for one another.
  const size = () => Math.max(1, 2 ** pick(random, [Math.floor(random() * 50), 49]) + Math.floor(random() * 5) - 2);
  const { hashOf, consistency } = uniformTree(sha256('leaf'));
  const [old, next] = [size(), size()].sort((one, other) => one - other) as [number, number];
  const [older, newer] = [old, next].map((count) =>
    renderCheckpoint({ origin: 'huge', size: count, root: hashOf(count) }),
  );
  const proof = consistency(old, next, true).map(toHex);
  const history = { format: 'zoo-consistency', v: 1, older, newer, proof };
  yield* changed(
    random,
    { kind: 'history', bytes: bytesOf(JSON.stringify(history)), trusted: [older ?? '', newer ?? ''] },
    6,
  );

  const record = exampleExperience(1);
  const records = uniformTree(hashLeaf(sha256, recordDigest(sha256, record)));
  const nodes: MerkleNodes = {
    size: next,
    node: (level, place) => records.hashOf(Math.min(next, (place + 1) * 2 ** level) - place * 2 ** level),
  };
  const places = [...new Set([0, next - 1, old - 1, Math.floor(random() * next)])];
  const recordsRoot = toHex(records.hashOf(next));
  const path = proveMany(nodes, places).map(toHex).join('');
  const included = places.map((index) => ({ record, index }));
  const proven = { format: 'zoo-proof', v: 1, recordsRoot, mapRoot: '00'.repeat(32), size: next, commit: null };
  const bytes = bytesOf(JSON.stringify({ ...proven, included, path, absent: [] }));
  yield* changed(random, { kind: 'proof', bytes, trusted: [recordsRoot] }, 6);
}

export function* certificates(random: Random): Generator<Case> {
  const old = randomRecords(random, pick(random, sizes));
  const kept = old.filter(() => random() < pick(random, [0.9, 0.9, 0.3]));
  const next = [
    ...kept.map((record) => (random() < 0.1 ? { ...record, confidence: random() } : record)),
    ...randomRecords(random, Math.floor(random() * 3)).filter(({ id }) => !old.some((one) => one.id === id)),
  ];
  const trusted = [old, next].map((records) => toHex(libraryRoots(sha256, records).mapRoot));
  const { bytes, changes } = certifyDifference({ experiences: old }, { experiences: next }, sha256);
  yield* changed(random, { kind: 'difference', bytes, trusted }, 15);
  const [before, after] = [recordEntries(sha256, old), recordEntries(sha256, next)];
  const hasher = createMapHasher(sha256);
  for (const often of [0.05, 0.1, 0.3]) {
    const tree = looseTree(
      random,
      often,
      cursorOf(hasher, before),
      cursorOf(hasher, after),
      findDifferences(before, after),
    );
    yield { kind: 'difference', bytes: encodeCertificate(changes, tree), trusted };
  }
}

/** A tree that leads to both roots, though now and then in other words than the only ones that are taken. */
function looseTree(
  random: Random,
  often: number,
  old: MapCursor,
  next: MapCursor,
  differences: readonly Difference[],
  depth = 0,
): DifferenceNode {
  const odd = random() < often;
  const isAlone = differences.length === 1 && old.count <= 1 && next.count <= 1;
  const fits =
    isAlone &&
    [old, next].every(
      ({ count }, side) =>
        (count === 1) === ((side === 0 ? differences[0]?.before : differences[0]?.after) !== undefined),
    );
  if (fits && !odd) return { kind: 'changed' };
  if (differences.length === 0) {
    if (old.count === 0 && !odd) return { kind: 'empty' };
    if (old.count === 1 && random() < 0.5) return { kind: 'leaf', ...old.lone() };
    if (old.count > 0 && (!odd || old.count === 1)) return { kind: 'opaque', hash: old.hash() };
    if (old.count === 0 && depth > 6) return { kind: 'empty' };
  }
  const [oldSides, nextSides] = [old.children(), next.children()];
  const sides = [0, 1].map((side) =>
    looseTree(
      random,
      often,
      oldSides[side] as MapCursor,
      nextSides[side] as MapCursor,
      differences.filter(({ key }) => bitOf(key, depth) === side),
      depth + 1,
    ),
  );
  return { kind: 'split', left: sides[0] as DifferenceNode, right: sides[1] as DifferenceNode };
}
