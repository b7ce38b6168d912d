import type { Sha256 } from '../core/digest.ts';
import { toHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { type Block, type CidBytes, cidKey, cidOf, codecs, formatCid } from '../core/ipld/cid.ts';
import { framePrefix } from '../core/ipld/car.ts';
import { linksOf } from '../core/ipld/links.ts';
import { type FileLeaf, leafBytes, unixFsFile } from '../core/ipld/unixfs-file.ts';
import type { VectorReference } from '../core/library/vector.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import type { Commit } from '../core/tree/commit.ts';
import { compareBytes, equalBytes, hashLength } from '../core/tree/hashing.ts';
import { recordLeaves } from '../core/tree/library-roots.ts';
import { merkleRoot } from '../core/tree/merkle-log.ts';
import { mapRoot } from '../core/tree/merkle-map.ts';
import { commitsPerPage, encodeLeaf, encodeLog, encodePage, encodeRoot } from './manifest.ts';
import { type TreeNode, buildRecordTree, encodeTreeNode, leavesOf } from './record-tree.ts';

/** A signature of a commit, as the ledger keeps it. */
export interface PublishedSignature {
  readonly algorithm: string;
  readonly publicKey: string;
  readonly signature: string;
}

/** A record as it is published: what its id hashes to, its canonical JSON, and the vector it names. */
export interface PublishedRecord {
  readonly key: Uint8Array;
  readonly bytes: Uint8Array;
  readonly embedding: VectorReference | null;
}

export interface PublishedVersion {
  readonly commit: Commit;
  readonly signatures: readonly PublishedSignature[];
  /** Every commit from the first to this one. */
  readonly log: readonly Commit[];
  /** The records in ascending order of their keys; may be called twice, since large libraries do not stay in memory. */
  records(): Iterable<PublishedRecord> | AsyncIterable<PublishedRecord>;
  /** The bytes of a vector; undefined when they are not there. */
  vector(reference: VectorReference): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

export interface Snapshot {
  readonly root: CidBytes;
  /** The root in base 32. */
  readonly cid: string;
  /** Bytes of the CAR that holds it. */
  readonly carBytes: number;
  readonly blocks: number;
  /** Every block once, depth first in the order of links, the root first. */
  stream(): AsyncGenerator<Block>;
}

/** Records and vectors of up to this many bytes are kept for the second pass. */
const keptBytes = 48 * 1024 * 1024;

/**
 * A version as blocks. The root's CID depends on the version alone: on its commit, the commits before it, its
 * signatures, and the set of its records; not on their order, nor on how they lie on the disk.
 *
 * @throws ZooError `root-mismatch` when the records are not those of the commit, `vector-missing`
 */
export async function takeSnapshot(version: PublishedVersion, sha256: Sha256): Promise<Snapshot> {
  const records = await digestRecords(version, sha256);
  checkRoots(version.commit, records, sha256);
  const tree = buildRecordTree(records.keys, records.digests, sha256);
  const vectors = await gatherVectors(version, records, tree, sha256);
  const log = logBlocks(version.log, sha256);
  const signatures = signatureBlock(version.signatures, sha256);
  const root = encodeRoot(
    {
      size: version.commit.size,
      commit: log.newest,
      log: (log.blocks[0] as Block).cid,
      records: tree.cid,
      embeddings: vectors?.file.root ?? null,
      signatures: signatures?.cid ?? null,
    },
    sha256,
  );
  const before = [root, ...log.blocks];
  const after = signatures === undefined ? [] : [signatures];
  return {
    root: root.cid,
    cid: formatCid(root.cid),
    ...measure([...before, ...after], records, tree, vectors),
    stream: async function* () {
      yield* before;
      yield* recordBlocks(version, records, tree, sha256);
      if (vectors !== undefined) yield* vectorBlocks(version, records, tree, vectors);
      yield* after;
    },
  };
}

interface Digested {
  readonly keys: Uint8Array;
  readonly digests: Uint8Array;
  readonly recordBytes: number;
  readonly frameBytes: number;
  /** The records' bytes, where they are few enough. */
  readonly kept: readonly Uint8Array[] | undefined;
  readonly embeddings: ReadonlyMap<number, VectorReference>;
}

async function digestRecords(version: PublishedVersion, sha256: Sha256): Promise<Digested> {
  const { size } = version.commit;
  const keys = new Uint8Array(size * hashLength);
  const digests = new Uint8Array(size * hashLength);
  const embeddings = new Map<number, VectorReference>();
  let kept: Uint8Array[] | undefined = [];
  let [index, recordBytes, frameBytes] = [0, 0, 0];
  for await (const { key, bytes, embedding } of version.records()) {
    if (index === size) throw rootMismatch(version.commit, `it has more than ${size} records`);
    const at = index * hashLength;
    if (index > 0 && compareBytes(keys.subarray(at - hashLength, at), key) >= 0)
      throw rootMismatch(version.commit, 'two of its records have one id, or they are out of order');
    keys.set(key, at);
    digests.set(sha256(bytes), at);
    recordBytes += bytes.length;
    frameBytes += framePrefix(bytes.length);
    if (recordBytes > keptBytes) kept = undefined;
    kept?.push(bytes);
    if (embedding !== null) embeddings.set(index, embedding);
    index++;
  }
  if (index < size) throw rootMismatch(version.commit, `it has ${index} records where ${size} are named`);
  return { keys, digests, recordBytes, frameBytes, kept, embeddings };
}

function checkRoots(commit: Commit, { keys, digests }: Digested, sha256: Sha256): void {
  const entries = { count: commit.size, keys, values: digests };
  if (toHex(merkleRoot(sha256, recordLeaves(sha256, entries))) !== commit.recordsRoot)
    throw rootMismatch(commit, 'its records do not have the recordsRoot of its commit');
  if (toHex(mapRoot(sha256, entries)) !== commit.mapRoot)
    throw rootMismatch(commit, 'its records do not have the mapRoot of its commit');
}

interface Vectors {
  readonly file: ReturnType<typeof unixFsFile>;
  readonly leaves: readonly FileLeaf[];
  readonly kept: readonly Uint8Array[] | undefined;
}

async function gatherVectors(
  version: PublishedVersion,
  records: Digested,
  tree: TreeNode,
  sha256: Sha256,
): Promise<Vectors | undefined> {
  if (records.embeddings.size === 0) return undefined;
  const leaves: FileLeaf[] = [];
  let kept: Uint8Array[] | undefined = [];
  let total = 0;
  for await (const bytes of vectorLeaves(version, records, tree, sha256)) {
    leaves.push({ cid: cidOf(codecs.raw, sha256(bytes)), size: bytes.length });
    total += bytes.length;
    if (total > keptBytes) kept = undefined;
    kept?.push(bytes);
  }
  return { file: unixFsFile(leaves, sha256), leaves, kept };
}

/** The vectors as leaves of a file: those of one leaf of the record tree together, so that a change stays local. */
async function* vectorLeaves(
  version: PublishedVersion,
  records: Digested,
  tree: TreeNode,
  sha256: Sha256 | undefined,
): AsyncGenerator<Uint8Array> {
  for (const { start, end } of leavesOf(tree)) {
    const found: Uint8Array[] = [];
    for (let index = start; index < end; index++) {
      const reference = records.embeddings.get(index);
      if (reference !== undefined) found.push(await readVector(version, reference, sha256));
    }
    const together = concatenate(found);
    for (let at = 0; at < together.length; at += leafBytes) yield together.subarray(at, at + leafBytes);
  }
}

async function readVector(
  version: PublishedVersion,
  reference: VectorReference,
  sha256: Sha256 | undefined,
): Promise<Uint8Array> {
  const bytes = await version.vector(reference);
  if (bytes !== undefined && (sha256 === undefined || toHex(sha256(bytes)) === reference.sha256)) return bytes;
  const why = bytes === undefined ? 'is not in this copy of the library' : 'is damaged';
  throw new ZooError('vector-missing', `the vector ${reference.sha256.slice(0, 16)}… (${reference.model}) ${why}`, {
    hint: 'Embed the library again, or get the version with "zoo fetch".',
    data: { sha256: reference.sha256 },
  });
}

function logBlocks(log: readonly Commit[], sha256: Sha256): { blocks: readonly Block[]; newest: CidBytes } {
  const pages: Block[] = [];
  const blocks: Block[] = [];
  let newest: CidBytes | undefined;
  for (let start = 0; start < log.length; start += commitsPerPage) {
    const commits = log.slice(start, start + commitsPerPage).map((commit) => textBlock(canonicalJson(commit), sha256));
    const page = encodePage(
      commits.map(({ cid }) => cid),
      sha256,
    );
    pages.push(page);
    blocks.push(page, ...commits);
    newest = commits.at(-1)?.cid;
  }
  if (newest === undefined) throw new RangeError('a version has a commit');
  const root = encodeLog(
    pages.map(({ cid }) => cid),
    sha256,
  );
  return { blocks: [root, ...blocks], newest };
}

function signatureBlock(signatures: readonly PublishedSignature[], sha256: Sha256): Block | undefined {
  if (signatures.length === 0) return undefined;
  const lines = signatures.map((signature) => canonicalJson(signature)).sort();
  return textBlock(`[${lines.join(',')}]`, sha256);
}

function textBlock(text: string, sha256: Sha256): Block {
  const bytes = new TextEncoder().encode(text);
  return { cid: cidOf(codecs.raw, sha256(bytes)), bytes };
}

async function* recordBlocks(
  version: PublishedVersion,
  records: Digested,
  tree: TreeNode,
  sha256: Sha256,
): AsyncGenerator<Block> {
  const again = records.kept === undefined ? version.records() : records.kept.map((bytes) => ({ bytes }));
  const next = nextOf<{ readonly bytes: Uint8Array }>(again);
  yield* walk(tree);

  async function* walk(node: TreeNode): AsyncGenerator<Block> {
    if (node.children !== null) {
      yield encodeTreeNode({ children: node.children }, sha256);
      for (const child of node.children) if (child !== null) yield* walk(child);
      return;
    }
    yield encodeLeaf(records.digests.subarray(node.start * hashLength, node.end * hashLength), sha256);
    for (let index = node.start; index < node.end; index++) {
      const found = await next();
      if (found === undefined) throw changedMeanwhile(version.commit);
      const digest = records.digests.subarray(index * hashLength, (index + 1) * hashLength);
      // Read a second time, they are checked a second time.
      if (records.kept === undefined && !equalBytes(sha256(found.bytes), digest))
        throw changedMeanwhile(version.commit);
      yield { cid: cidOf(codecs.raw, digest), bytes: found.bytes };
    }
  }
}

async function* vectorBlocks(
  version: PublishedVersion,
  records: Digested,
  tree: TreeNode,
  { file, leaves, kept }: Vectors,
): AsyncGenerator<Block> {
  const nodes = new Map(file.nodes.map((node) => [cidKey(node.cid), node]));
  const next = nextOf(kept ?? vectorLeaves(version, records, tree, undefined));
  const seen = new Set<string>();
  let index = 0;
  yield* visit(file.root);

  async function* visit(cid: CidBytes): AsyncGenerator<Block> {
    const node = nodes.get(cidKey(cid));
    if (node === undefined) {
      const bytes = await next();
      if (bytes === undefined) throw changedMeanwhile(version.commit);
      const leaf = leaves[index++] as FileLeaf;
      // Two leaves may say the same; one block is enough for both.
      if (!seen.has(cidKey(leaf.cid))) yield { cid: leaf.cid, bytes };
      seen.add(cidKey(leaf.cid));
      return;
    }
    yield node;
    for (const link of linksOf(node)) yield* visit(link);
  }
}

function measure(
  single: readonly Block[],
  records: Digested,
  tree: TreeNode,
  vectors: Vectors | undefined,
): { carBytes: number; blocks: number } {
  let blocks = single.length + records.digests.length / hashLength;
  let carBytes = 59 + records.recordBytes + records.frameBytes;
  const count = (bytes: number) => {
    carBytes += framePrefix(bytes) + bytes;
  };
  for (const { bytes } of single) count(bytes.length);
  const visit = (node: TreeNode): void => {
    count(node.bytes);
    blocks++;
    for (const child of node.children ?? []) if (child !== null) visit(child);
  };
  visit(tree);
  const leaves = new Map((vectors?.leaves ?? []).map((leaf) => [cidKey(leaf.cid), leaf.size]));
  for (const size of leaves.values()) count(size);
  for (const { bytes } of vectors?.file.nodes ?? []) count(bytes.length);
  return { carBytes, blocks: blocks + leaves.size + (vectors?.file.nodes.length ?? 0) };
}

function nextOf<T>(source: Iterable<T> | AsyncIterable<T>): () => Promise<T | undefined> | T | undefined {
  if (Symbol.asyncIterator in source) {
    const iterator = source[Symbol.asyncIterator]();
    return async () => {
      const { value, done } = await iterator.next();
      return done === true ? undefined : value;
    };
  }
  const iterator = source[Symbol.iterator]();
  return () => {
    const { value, done } = iterator.next();
    return done === true ? undefined : value;
  };
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function rootMismatch(commit: Commit, why: string): ZooError {
  return new ZooError('root-mismatch', `version v${commit.seq} cannot be published: ${why}`, {
    hint: 'Run "zoo ledger fsck".',
    data: { version: `v${commit.seq}` },
  });
}

function changedMeanwhile(commit: Commit): ZooError {
  return new ZooError('library-busy', `the records of v${commit.seq} changed while they were read`, {
    hint: 'Run the same command again when no other zoo process writes to the library.',
  });
}
