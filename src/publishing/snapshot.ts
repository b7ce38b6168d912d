import { type Sha256, toHex } from '../core/digest.ts';
import { each } from '../core/each.ts';
import { ZooError } from '../core/error.ts';
import { type Block, type CidBytes, cidOf, codecs, formatCid } from '../core/ipld/cid.ts';
import { framePrefix } from '../core/ipld/car.ts';
import type { FileNode } from '../core/ipld/unixfs-file.ts';
import type { VectorReference } from '../core/library/vector.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import type { Commit } from '../core/tree/commit.ts';
import { compareBytes, hashLength } from '../core/tree/hashing.ts';
import { rootOfValues } from '../core/tree/root-of-stream.ts';
import { commitsPerPage, encodeLog, encodePage, encodeRoot } from './manifest.ts';
import { type TreeNode, buildRecordTree } from './record-tree.ts';
import {
  type DigestedRecords,
  type PublishedSignature,
  type PublishedVersion,
  keptBytes,
} from './published-version.ts';
import { streamBlocks } from './stream-blocks.ts';
import { type VectorFile, gatherVectors } from './vector-file.ts';

export interface Snapshot {
  readonly root: CidBytes;
  /** The root in base 32. */
  readonly cid: string;
  /** Bytes of the CAR that holds it. */
  readonly carBytes: number;
  readonly blocks: number;
  /** Every block once, depth first in the order of links, the root first. */
  stream(): AsyncIterable<Block> | Iterable<Block>;
}

/**
 * A version as blocks. The root's CID depends on the version alone: on its commit, the commits before it, its
 * signatures, and the set of its records; not on their order, nor on how they lie on the disk.
 *
 * @throws ZooError `root-mismatch` when the records are not those of the commit, `vector-missing`
 */
export async function takeSnapshot(version: PublishedVersion, sha256: Sha256): Promise<Snapshot> {
  const { keys, ...records } = await digestRecords(version, sha256);
  checkRoot(version.commit, records, sha256);
  const tree = buildRecordTree(keys, records.digests, sha256);
  const vectors = await gatherVectors(version, records, tree, sha256);
  const log = logBlocks(version.log, sha256);
  const signatures = signatureBlock(version.signatures, sha256);
  const root = encodeRoot(
    {
      size: version.commit.size,
      commit: log.newest,
      log: (log.blocks[0] as Block).cid,
      records: tree.cid,
      embeddings: vectors?.file.cid ?? null,
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
    stream: () => streamBlocks({ version, before, after, records, tree, vectors, sha256 }),
  };
}

async function digestRecords(
  version: PublishedVersion,
  sha256: Sha256,
): Promise<DigestedRecords & { readonly keys: Uint8Array }> {
  const { size } = version.commit;
  const keys = new Uint8Array(size * hashLength);
  const digests = new Uint8Array(size * hashLength);
  const embeddings = new Map<number, VectorReference>();
  let kept: Uint8Array[] | undefined = [];
  let [index, recordBytes, frameBytes] = [0, 0, 0];
  let before: Uint8Array | undefined;
  await each(version.records(), ({ key, bytes, embedding }) => {
    if (index === size) throw rootMismatch(version.commit, `it has more than ${size} records`);
    if (before !== undefined && compareBytes(before, key) >= 0)
      throw rootMismatch(version.commit, 'two of its records have one id, or they are out of order');
    before = key;
    const at = index * hashLength;
    keys.set(key, at);
    digests.set(sha256(bytes), at);
    recordBytes += bytes.length;
    frameBytes += framePrefix(bytes.length);
    // What will not fit as a whole is not begun to be kept.
    if (recordBytes > keptBytes || (index === 64 && (recordBytes / 64) * size > keptBytes)) kept = undefined;
    kept?.push(bytes);
    if (embedding !== null) embeddings.set(index, embedding);
    index++;
  });
  if (index < size) throw rootMismatch(version.commit, `it has ${index} records where ${size} are named`);
  return { keys, digests, recordBytes, frameBytes, kept, embeddings };
}

/**
 * The recordsRoot binds every record with its id, and so the mapRoot of the same set, which whoever fetches the version
 * checks as well.
 */
function checkRoot(commit: Commit, { digests }: DigestedRecords, sha256: Sha256): void {
  if (toHex(rootOfValues(sha256, digests)) === commit.recordsRoot) return;
  throw rootMismatch(commit, 'its records do not have the recordsRoot of its commit');
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

function measure(
  single: readonly Block[],
  records: DigestedRecords,
  tree: TreeNode,
  vectors: VectorFile | undefined,
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
  for (const { size, first } of vectors?.leaves ?? [])
    if (first) {
      count(size);
      blocks++;
    }
  const visitFile = ({ bytes, children }: FileNode): void => {
    if (bytes === undefined) return;
    count(bytes.length);
    blocks++;
    for (const child of children ?? []) visitFile(child);
  };
  if (vectors !== undefined) visitFile(vectors.file);
  return { carBytes, blocks };
}

function rootMismatch(commit: Commit, why: string): ZooError {
  return new ZooError('root-mismatch', `version v${commit.seq} cannot be published: ${why}`, {
    hint: 'Run "zoo ledger fsck".',
    data: { version: `v${commit.seq}` },
  });
}
