import { z } from 'zod';
import { type Sha256, fromHex, toHex } from '../digest.ts';
import { ZooError, exitCode } from '../error.ts';
import { checkJson } from '../json.ts';
import { type Experience, experienceSchema } from '../library/experience.ts';
import { isExperience } from '../library/is-experience.ts';
import type { Library } from '../library/library.ts';
import { parseStrictJson } from '../library/strict-json.ts';
import { type Commit, commitId, commitSchema } from './commit.ts';
import { equalBytes, hashLeaf, hashLength } from './hashing.ts';
import { recordDigest, recordEntries, recordKey, recordLeaves } from './library-roots.ts';
import { type MapCursor, cursorOf } from './map-cursor.ts';
import { proveMapKey, verifyMapKey } from './map-proof.ts';
import { createMapHasher, placeOfKey } from './merkle-map.ts';
import { buildMerkleTree, merkleRoot, verifyInclusion } from './merkle-log.ts';
import { type MerkleNodes, nodesOfTree, proveMany, verifyMany } from './merkle-many.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const maximumDepth = 256;
/** Hashes one behind the other. */
const hashes = z.string().regex(/^(?:[0-9a-f]{64})*$/);

/** Statements about one library and the hashes that prove them, in one file for any number of ids. */
const proofSchema = z.strictObject({
  format: z.literal('zoo-proof'),
  v: z.literal(1),
  recordsRoot: hash,
  mapRoot: hash,
  /** Experiences in the library. */
  size: z.int().min(0),
  /** The version that the roots are those of; null for a library without one. */
  commit: commitSchema.nullable(),
  /** Records that are in, each with its place in the records tree. */
  included: z.array(z.strictObject({ record: experienceSchema, index: z.int().min(0) })),
  /** The nodes that lead from all of them to the root; of a single record this is its audit path. */
  path: hashes,
  /** Ids that are not, each with its way in the map; `""` is a sibling without entries. */
  absent: z.array(
    z.strictObject({
      id: experienceSchema.shape.id,
      siblings: z.array(z.union([hash, z.literal('')])).max(maximumDepth),
      end: z.strictObject({ key: hash, value: hash }).nullable(),
    }),
  ),
});
export type Proof = z.infer<typeof proofSchema>;

const looseSchema = z.looseObject({ included: z.array(z.unknown()) });

function isIncluded(value: unknown): value is Proof['included'][number] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  if (!('record' in value) || !('index' in value) || !isExperience(value.record)) return false;
  return Number.isSafeInteger(value.index) && (value.index as number) >= 0;
}

/**
 * Proves of each id whether it is in the library or not.
 *
 * @param build the records tree of its leaf hashes; the flat engine, unless another one is to make the proof
 * @throws RangeError when the two engines do not come to one root
 */
export function proveIds(
  library: Library,
  ids: readonly string[],
  commit: Commit | null,
  sha256: Sha256,
  build: (sha256: Sha256, leaves: Uint8Array) => MerkleNodes = flatTree,
): Proof {
  const entries = recordEntries(sha256, library.experiences);
  const records = new Map(library.experiences.map((experience) => [experience.id, experience]));
  const leaves = recordLeaves(sha256, entries);
  const tree = build(sha256, leaves);
  const recordsRoot = merkleRoot(sha256, leaves);
  if (tree.size > 0 && !equalBytes(tree.node(Math.ceil(Math.log2(tree.size)), 0), recordsRoot))
    throw new RangeError('two engines of Merkle trees come to two roots');
  const trees: ProvableTrees = {
    recordsRoot,
    records: tree,
    map: cursorOf(createMapHasher(sha256), entries),
    placeOf: (key) => placeOfKey(entries, key),
  };
  return proveInTrees(trees, ids, (id) => records.get(id), commit, sha256);
}

function flatTree(sha256: Sha256, leaves: Uint8Array): MerkleNodes {
  return nodesOfTree(buildMerkleTree(sha256, leaves));
}

/** What a proof needs of a library, of which only a part may lie in memory. */
export interface ProvableTrees {
  readonly recordsRoot: Uint8Array;
  readonly records: MerkleNodes;
  readonly map: MapCursor;
  /** The place of a key among the records; -1 when it is not there. */
  readonly placeOf: (key: Uint8Array) => number;
}

/** The same of a library of which only the trees are at hand, and the records that are in. */
export function proveInTrees(
  { recordsRoot, records, map, placeOf }: ProvableTrees,
  ids: readonly string[],
  find: (id: string) => Experience | undefined,
  commit: Commit | null,
  sha256: Sha256,
): Proof {
  const included: Proof['included'] = [];
  const absent: Proof['absent'] = [];
  for (const id of new Set(ids)) {
    const key = recordKey(sha256, id);
    const index = placeOf(key);
    const record = index === -1 ? undefined : find(id);
    if (record !== undefined) {
      included.push({ record, index });
      continue;
    }
    const { siblings, end } = proveMapKey(map, key);
    absent.push({
      id,
      siblings: siblings.map((sibling) => (sibling === undefined ? '' : toHex(sibling))),
      end: end === undefined ? null : { key: toHex(end.key), value: toHex(end.value) },
    });
  }
  const places = included.map(({ index }) => index);
  return {
    format: 'zoo-proof',
    v: 1,
    recordsRoot: toHex(recordsRoot),
    mapRoot: toHex(map.hash()),
    size: records.size,
    commit,
    included,
    path: proveMany(records, places).map(toHex).join(''),
    absent,
  };
}

export function renderProof(proof: Proof): string {
  return `${JSON.stringify(proof, null, 2)}\n`;
}

export interface Proven {
  /** What the given root is: that of the records, that of the map, or the id of a commit, which fixes both. */
  readonly root: 'records' | 'map' | 'commit';
  readonly included: readonly Experience[];
  readonly absent: readonly string[];
}

/**
 * Checks a proof file against a root that the caller trusts, with nothing else. Presence follows from the recordsRoot
 * and absence from the mapRoot; a commit's id proves both, because the commit names both.
 *
 * @param root hexadecimal, with or without `0x`
 * @throws ZooError `invalid-proof` (exit code 5), whatever the text is
 */
export function verifyProof(text: string, root: string, sha256: Sha256): Proven {
  const proof = parseProof(text);
  const kind = kindOfRoot(proof, root.replace(/^0x/i, '').toLowerCase(), sha256);
  if (kind === 'records' && proof.absent.length > 0)
    throw invalid('absence does not follow from a recordsRoot', 'Give the mapRoot or the id of the commit.');
  if (kind === 'map' && proof.included.length > 0)
    throw invalid('presence is proven here by the recordsRoot', 'Give the recordsRoot or the id of the commit.');
  const leaves = proof.included.map(({ record, index }) => ({
    index,
    hash: hashLeaf(sha256, recordDigest(sha256, record)),
  }));
  if (!verifyMany(sha256, leaves, proof.size, splitHashes(proof.path), fromHex(proof.recordsRoot)))
    throw invalid('its records are not shown to be in');
  for (const { id, siblings, end } of proof.absent) {
    const way = {
      siblings: siblings.map((sibling) => (sibling === '' ? undefined : fromHex(sibling))),
      end: end === null ? undefined : { key: fromHex(end.key), value: fromHex(end.value) },
    };
    if (verifyMapKey(sha256, recordKey(sha256, id), way, fromHex(proof.mapRoot)) !== 'absent')
      throw invalid(`${id} is not shown to be absent`);
  }
  return { root: kind, included: proof.included.map(({ record }) => record), absent: proof.absent.map(({ id }) => id) };
}

function splitHashes(hex: string): Uint8Array[] {
  const bytes = fromHex(hex);
  return Array.from({ length: bytes.length / hashLength }, (_, place) =>
    bytes.subarray(place * hashLength, (place + 1) * hashLength),
  );
}

function parseProof(text: string): Proof {
  try {
    const value = parseStrictJson(text, 'the proof');
    const { included, ...others } = checkJson(value, looseSchema, 'the proof');
    const plain = included.filter(isIncluded);
    const proof = checkJson({ ...others, included: [] }, proofSchema, 'the proof');
    // The schema tells what is wrong with the rest.
    return plain.length === included.length
      ? { ...proof, included: plain }
      : checkJson(value, proofSchema, 'the proof');
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : 'it cannot be read', undefined, cause);
  }
}

function kindOfRoot(proof: Proof, root: string, sha256: Sha256): Proven['root'] {
  if (proof.commit !== null) {
    const { commit } = proof;
    const same =
      commit.recordsRoot === proof.recordsRoot && commit.mapRoot === proof.mapRoot && commit.size === proof.size;
    if (!same) throw invalid('its commit is one of another library');
    if (commitId(commit, sha256) === root) return 'commit';
  }
  if (proof.recordsRoot === root) return 'records';
  if (proof.mapRoot === root) return 'map';
  throw invalid('it was made for another root', 'Ask for a proof from the version that has this root.');
}

/** The `merkle_proof` of the paper's form: 0x, index and size (8 bytes each, big-endian), the path from the bottom. */
export function encodeMerkleProof(index: number, size: number, path: readonly Uint8Array[]): string {
  const head = [index, size].map((count) => count.toString(16).padStart(16, '0')).join('');
  return `0x${head}${path.map(toHex).join('')}`;
}

/** Whether a record's `merkle_proof` shows it under a recordsRoot. Hostile input gives false. */
export function verifyMerkleProof(record: Experience, proof: string, root: Uint8Array, sha256: Sha256): boolean {
  const [, index = '', size = '', path = ''] =
    /^0x([0-9a-f]{16})([0-9a-f]{16})((?:[0-9a-f]{64}){0,64})$/.exec(proof) ?? [];
  if (index === '') return false;
  const leaf = hashLeaf(sha256, recordDigest(sha256, record));
  return verifyInclusion(sha256, leaf, Number.parseInt(index, 16), Number.parseInt(size, 16), splitHashes(path), root);
}

function invalid(why: string, hint?: string, cause?: unknown): ZooError {
  return new ZooError('invalid-proof', `the proof is not valid: ${why}`, {
    hint: hint ?? 'Get the proof again, and check that the root is the one it was made for.',
    exitCode: exitCode.verification,
    cause,
  });
}
