import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { type Block, type CidBytes, cidOf, codecs } from '../core/ipld/cid.ts';
import type { FileNode } from '../core/ipld/unixfs-file.ts';
import { equalBytes, hashLength } from '../core/tree/hashing.ts';
import { encodeLeaf } from './manifest.ts';
import { type TreeNode, encodeTreeNode } from './record-tree.ts';
import { type VectorFile, readVectorsAgain } from './vector-file.ts';
import type { DigestedRecords, PublishedVersion } from './published-version.ts';

/** Everything that is known of a version once it was hashed. */
export interface HashedVersion {
  readonly version: PublishedVersion;
  /** The root and the log. */
  readonly before: readonly Block[];
  readonly after: readonly Block[];
  readonly records: DigestedRecords;
  readonly tree: TreeNode;
  readonly vectors: VectorFile | undefined;
  readonly sha256: Sha256;
}

/** A block, or one whose bytes are yet to be got: a record or a leaf of the vectors, by its number. */
type Outlined =
  | Block
  | { readonly cid: CidBytes; readonly record: number }
  | { readonly cid: CidBytes; readonly leaf: number };

/**
 * Every block of a version once, depth first in the order of links. What is in memory as a whole comes without waiting
 * for each block of it; otherwise records and vectors are read a second time.
 */
export function streamBlocks(hashed: HashedVersion): Iterable<Block> | AsyncIterable<Block> {
  const { records, vectors } = hashed;
  const inMemory = records.kept !== undefined && (vectors === undefined || vectors.kept !== undefined);
  return inMemory ? keptBlocks(hashed, records.kept ?? [], vectors?.kept ?? []) : readBlocks(hashed);
}

function* keptBlocks(
  hashed: HashedVersion,
  records: readonly Uint8Array[],
  leaves: readonly Uint8Array[],
): Generator<Block> {
  for (const one of outline(hashed))
    if ('bytes' in one) yield one;
    else yield { cid: one.cid, bytes: ('record' in one ? records[one.record] : leaves[one.leaf]) as Uint8Array };
}

async function* readBlocks(hashed: HashedVersion): AsyncGenerator<Block> {
  const { version, records, tree, vectors, sha256 } = hashed;
  const nextRecord = nextOf<{ readonly bytes: Uint8Array }>(
    records.kept?.map((bytes) => ({ bytes })) ?? version.records(),
  );
  const nextLeaf = nextOf(vectors?.kept ?? readVectorsAgain(version, records, tree));
  let leaf = 0;
  for (const one of outline(hashed)) {
    if ('bytes' in one) {
      yield one;
      continue;
    }
    let bytes: Uint8Array | undefined;
    if ('record' in one) bytes = (await nextRecord())?.bytes;
    // A leaf that says the same as one before it was left out.
    else for (; leaf <= one.leaf; leaf++) bytes = await nextLeaf();
    // Read a second time, they are checked a second time.
    if (bytes === undefined || !equalBytes(sha256(bytes), one.cid.subarray(4))) throw changedMeanwhile(version);
    yield { cid: one.cid, bytes };
  }
}

function* outline({ before, after, records, tree, vectors, sha256 }: HashedVersion): Generator<Outlined> {
  yield* before;
  yield* outlineRecords(tree, records.digests, sha256);
  if (vectors !== undefined) yield* outlineVectors(vectors);
  yield* after;
}

function* outlineRecords(node: TreeNode, digests: Uint8Array, sha256: Sha256): Generator<Outlined> {
  if (node.children !== null) {
    yield encodeTreeNode({ children: node.children }, sha256);
    for (const child of node.children) if (child !== null) yield* outlineRecords(child, digests, sha256);
    return;
  }
  yield encodeLeaf(digests.subarray(node.start * hashLength, node.end * hashLength), sha256);
  for (let record = node.start; record < node.end; record++)
    yield { cid: cidOf(codecs.raw, digests.subarray(record * hashLength, (record + 1) * hashLength)), record };
}

function* outlineVectors({ file, leaves }: VectorFile): Generator<Outlined> {
  let next = 0;
  yield* visit(file);

  function* visit({ cid, bytes, children }: FileNode): Generator<Outlined> {
    if (bytes !== undefined) yield { cid, bytes };
    for (const child of children ?? [])
      if (child.children !== undefined) yield* visit(child);
      else if (leaves[next++]?.first === true) yield { cid: child.cid, leaf: next - 1 };
  }
}

function nextOf<T>(source: Iterable<T> | AsyncIterable<T>): () => Promise<T | undefined> | T | undefined {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  return () => {
    const next = iterator.next();
    return next instanceof Promise ? next.then(valueOf) : valueOf(next);
  };
}

function valueOf<T>({ value, done }: IteratorResult<T>): T | undefined {
  return done === true ? undefined : value;
}

function changedMeanwhile({ commit }: PublishedVersion): ZooError {
  return new ZooError('library-busy', `the records of v${commit.seq} changed while they were read`, {
    hint: 'Run the same command again when no other zoo process writes to the library.',
  });
}
