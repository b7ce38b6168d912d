import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/core/digest.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import { type Random, randomFor, shuffle } from '../../src/core/random.ts';
import { canonicalJson } from '../../src/core/tree/canonical.ts';
import { certifyDifference } from '../../src/core/tree/certify-difference.ts';
import { type Commit, commitId } from '../../src/core/tree/commit.ts';
import { encodeCertificate } from '../../src/core/tree/difference-certificate.ts';
import { type Difference, type DifferenceNode, findDifferences } from '../../src/core/tree/difference.ts';
import { createNodeHasher, hashLeaf } from '../../src/core/tree/hashing.ts';
import { libraryRoots, recordDigest, recordEntries, recordLeaves } from '../../src/core/tree/library-roots.ts';
import { type MapCursor, cursorOf } from '../../src/core/tree/map-cursor.ts';
import { buildMerkleTree, proveInclusion } from '../../src/core/tree/merkle-log.ts';
import { type MerkleNodes, proveMany } from '../../src/core/tree/merkle-many.ts';
import { bitOf, createMapHasher, placeOfKey } from '../../src/core/tree/merkle-map.ts';
import { encodeMerkleProof, proveIds, renderProof } from '../../src/core/tree/proof.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { checkpointOf, renderCheckpoint } from '../../src/ledger/proofs/checkpoint.ts';
import { proveHistory } from '../../src/ledger/proofs/consistency.ts';
import { signCheckpoint } from '../../src/ledger/proofs/sign-checkpoint.ts';
import { renderNoteKey, signNote } from '../../src/ledger/proofs/signed-note.ts';
import { publicKeyOf, signCommit } from '../../src/ledger/proofs/signing.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { exampleExperience } from './experience.ts';
import { mutateBytes, mutateJson, respell } from './mutations.ts';
import { pick, randomExperience, randomRecords } from './random-library.ts';
import { type Case, bytesOf, hasPython, judge, judgeInPython, python } from './second-implementation.ts';

/** Another number tries others; a failure tells the case in full. */
const seed = Number(process.env['ZOO_FUZZ_SEED'] ?? 1);
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
function* changed(random: Random, one: Case, count: number): Generator<Case> {
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

function* proofs(random: Random): Generator<Case> {
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
function* forms(random: Random): Generator<Case> {
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

function* merkleProofs(random: Random): Generator<Case> {
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

function* histories(random: Random): Generator<Case> {
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

function* hugeTrees(random: Random): Generator<Case> {
  const size = () => Math.max(1, 2 ** Math.floor(random() * 49.8) + Math.floor(random() * 5) - 2);
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

function* certificates(random: Random): Generator<Case> {
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

const algorithms = ['ed25519', 'ed25519', 'ed25519', 'secp256k1', 'ml-dsa-65'] as const;

function* signatures(random: Random): Generator<Case> {
  const algorithm = pick(random, algorithms);
  const secret = sha256(`${random()}`);
  const commit = toHex(sha256(`${random()}`));
  const signature = signCommit(algorithm, commit, secret);
  yield* changed(random, { kind: 'signature', bytes: bytesOf(JSON.stringify(signature)), trusted: [commit] }, 4);
  for (const [part, hex] of Object.entries(signature).slice(1)) {
    const other = { ...signature, [part]: toHex(mutateBytes(fromHex(hex), random)) };
    yield { kind: 'signature', bytes: bytesOf(JSON.stringify(other)), trusted: [commit] };
  }
  const checkpoint = checkpointOf([commit], sha256, pick(random, ['zoo-ledger/v1', 'é.example/log']));
  const extension = pick(random, ['', 'an extension line\n']);
  const body = `${renderCheckpoint(checkpoint)}${extension}`;
  const note = signNote(body, checkpoint.origin, algorithm, secret, sha256);
  const key = renderNoteKey({ name: checkpoint.origin, algorithm, publicKey: publicKeyOf(algorithm, secret) }, sha256);
  yield* changed(random, { kind: 'checkpoint', bytes: bytesOf(note), trusted: [key] }, 6);
  const otherKey = new TextDecoder().decode(mutateBytes(bytesOf(key), random));
  yield { kind: 'checkpoint', bytes: bytesOf(note), trusted: [otherKey] };
  const twice = `${note}${note.slice(note.indexOf('\n\n') + 2)}`;
  yield { kind: 'checkpoint', bytes: mutateBytes(bytesOf(twice), random), trusted: [key] };
  yield { kind: 'checkpoint', bytes: bytesOf(twice), trusted: [key] };
}

/** Signatures that some implementations take and others do not. */
function* doubtfulSignatures(): Generator<Case> {
  const commit = toHex(sha256('commit'));
  const told = (algorithm: string, publicKey: string, signature: string): Case => ({
    kind: 'signature',
    bytes: bytesOf(JSON.stringify({ algorithm, publicKey, signature })),
    trusted: [commit],
  });
  const wallet = signCommit('secp256k1', commit, sha256('wallet'));
  const signed = fromHex(wallet.signature);
  const s = BigInt(`0x${wallet.signature.slice(64, 128)}`);
  const negated = (secp256k1.Point.Fn.ORDER - s).toString(16).padStart(64, '0');
  for (const v of [0, 1, 26, 27, 28, 29])
    for (const half of [wallet.signature.slice(64, 128), negated])
      yield told('secp256k1', wallet.publicKey, `${wallet.signature.slice(0, 64)}${half}${toHex(Uint8Array.of(v))}`);
  const point = secp256k1.Point.fromHex(wallet.publicKey);
  yield told('secp256k1', point.toHex(false), wallet.signature);
  yield told(
    'secp256k1',
    `${wallet.publicKey.startsWith('02') ? '03' : '02'}${wallet.publicKey.slice(2)}`,
    wallet.signature,
  );
  yield told('secp256k1', wallet.publicKey, toHex(signed.subarray(0, 64)));

  const message = bytesOf(`zoo ledger commit v1\n${commit}\n`);
  const order = ed25519.Point.Fn.ORDER;
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(sha256('edwards'));
  const little = (value: bigint) => fromHex(value.toString(16).padStart(64, '0')).toReversed();
  const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes.toReversed())}`);
  const smallOrder = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0100000000000000000000000000000000000000000000000000000000000080',
  ];
  for (const hex of smallOrder) {
    // A nonce with a part of small order: the equation holds when both sides are multiplied by 8.
    let nonce = ed25519.Point.BASE.multiply(7n);
    try {
      nonce = nonce.add(ed25519.Point.fromHex(hex, true));
    } catch {
      // Some of these are no points at all.
    }
    const challenge = number(ed25519Challenge(nonce.toBytes(), pointBytes, message)) % order;
    const response = (7n + challenge * scalar) % order;
    for (const value of [response, response + order])
      yield told('ed25519', toHex(pointBytes), `${nonce.toHex()}${toHex(little(value))}`);
    yield told('ed25519', hex, `${hex}${'00'.repeat(32)}`);
    yield told('ed25519', toHex(pointBytes), `${hex}${toHex(little(response))}`);
  }
}

function ed25519Challenge(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(createHash('sha512').update(Buffer.concat(parts)).digest());
}

describe.skipIf(!hasPython)('the second implementation', () => {
  it.each([
    ['proofs', proofs, 45],
    ['records and commits, by their form alone', forms, 400],
    ['proofs of one record in the paper’s form', merkleProofs, 40],
    ['histories', histories, 60],
    ['trees of any size', hugeTrees, 45],
    ['certificates', certificates, 80],
    ['signatures and signed checkpoints', signatures, 16],
    ['signatures that some take and others do not', doubtfulSignatures, 1],
  ] as const)('agrees about %s', { timeout: 120_000 }, (name, make, rounds) => {
    const cases: Case[] = [];
    for (let round = 0; round < rounds; round++) cases.push(...make(randomFor(seed, name, round)));
    const own = cases.map(judge);
    const other = judgeInPython(cases);
    const disputed = cases.flatMap(({ bytes, ...rest }, at) =>
      JSON.stringify(own[at]) === JSON.stringify(other[at])
        ? []
        : [{ ...rest, text: new TextDecoder().decode(bytes), own: own[at], other: other[at] }],
    );
    expect(disputed.slice(0, 3)).toEqual([]);
    // Neither takes everything, nor nothing.
    expect(own.some((one) => one === null)).toBe(true);
    expect(own.some((one) => one !== null)).toBe(true);
  });
});

describe.skipIf(!hasPython).each(['files', 'shards'])('a library in the layout “%s”', (layout) => {
  let home = '';
  let log: readonly string[] = [];
  const random = randomFor(seed, layout);
  // Two ids that differ in case alone cannot be files everywhere.
  const twins = layout === 'shards' ? [exampleExperience(1, { id: 'twin' }), exampleExperience(2, { id: 'Twin' })] : [];
  const first = [...randomRecords(random, 14), ...twins];
  const second = [
    ...first.slice(3).map((record, at) => (at < 2 ? { ...record, confidence: 1 } : record)),
    ...randomRecords(random, 4),
  ];
  const libraries = [[], first, second, shuffle(second, random), [exampleExperience(7), ...twins]];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'zoo-second-'));
    const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder: home });
    for (const [at, experiences] of libraries.entries())
      await ledger.commitVersion(
        { experiences },
        {
          message: `Version ${at}`,
          author: 'Ada',
          sign: (commit) => Promise.resolve([signCommit(algorithms[at] ?? 'ed25519', commit, sha256(`key ${at}`))]),
        },
      );
    const last = (await ledger.history()).at(-1);
    await signCheckpoint(diskFiles, ledger, last?.id ?? '', 'ml-dsa-65', sha256('key 4'), sha256);
    await ledger.save({ experiences: second });
    log = (await ledger.history()).map(({ id }) => id);
  });
  afterAll(() => rm(home, { recursive: true }));

  it('is read as we read it, with all its versions', { timeout: 60_000 }, async () => {
    expect(JSON.parse(await readFile(join(home, 'library.json'), 'utf8'))).toMatchObject({ layout });
    const { size, recordsRoot, mapRoot } = libraryRoots(sha256, second);
    const working = [size, toHex(recordsRoot), toHex(mapRoot), second.map(({ id }) => id)];
    expect(JSON.parse(python(['library', home]))).toEqual({ working, log });
  });

  it('is refused with a bit flipped in what its versions are made of', { timeout: 120_000 }, async () => {
    const names = (await readdir(home, { recursive: true, withFileTypes: true })).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
    );
    const own = shuffle(
      names.filter((name) => /packs|commits|log\.txt|checkpoint|HEAD/.test(name)),
      random,
    );
    const broken = own.slice(0, 12).map((name, at) => ({ name, copy: `${home}-${at}` }));
    for (const { name, copy } of broken) {
      await cp(home, copy, { recursive: true });
      const bytes = await readFile(name);
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
      await writeFile(join(copy, relative(home, name)), bytes);
    }
    const said = python(['library', ...broken.map(({ copy }) => copy)]).split('\n');
    await Promise.all(broken.map(({ copy }) => rm(copy, { recursive: true })));
    expect(broken.filter((_, at) => !said[at]?.startsWith('refused: '))).toEqual([]);
  });
});
