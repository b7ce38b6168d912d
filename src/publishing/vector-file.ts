import { type Sha256, isHexOf } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { cidOf, codecs } from '../core/ipld/cid.ts';
import { type FileLeaf, type FileNode, groupedUnixFsFile } from '../core/ipld/unixfs-file.ts';
import type { VectorReference } from '../core/library/vector.ts';
import { type DigestedRecords, type PublishedVersion, keptBytes } from './published-version.ts';
import { type TreeNode, leavesOf } from './record-tree.ts';

/** The vectors of a version as one file, each a leaf: its CID is the very digest that its record names. */
export interface VectorFile {
  readonly file: FileNode;
  /** In the file's order; of several that say the same, only the first is a block to write. */
  readonly leaves: readonly (FileLeaf & { readonly first: boolean })[];
  /** The vectors' bytes, where they are few enough. */
  readonly kept: readonly Uint8Array[] | undefined;
}

/**
 * The vectors that records name, in the order of the records' keys, those of one leaf of the record tree as a group:
 * a change stays local. Undefined where no record names one.
 *
 * @throws ZooError `vector-missing`
 */
export async function gatherVectors(
  version: PublishedVersion,
  records: DigestedRecords,
  tree: TreeNode,
  sha256: Sha256,
): Promise<VectorFile | undefined> {
  if (records.embeddings.size === 0) return undefined;
  const groups: VectorFile['leaves'][number][][] = [];
  const seen = new Set<string>();
  let kept: Uint8Array[] | undefined = [];
  let total = 0;
  for (const { start, end } of leavesOf(tree)) {
    const group: VectorFile['leaves'][number][] = [];
    for (let index = start; index < end; index++) {
      const reference = records.embeddings.get(index);
      if (reference === undefined) continue;
      const reading = version.vector(reference);
      const bytes = reading instanceof Promise ? await reading : reading;
      group.push({ ...checkVector(reference, bytes, sha256), first: !seen.has(reference.sha256) });
      seen.add(reference.sha256);
      if (bytes === undefined) continue;
      total += bytes.length;
      if (total > keptBytes) kept = undefined;
      kept?.push(bytes);
    }
    if (group.length > 0) groups.push(group);
  }
  return { file: groupedUnixFsFile(groups, sha256), leaves: groups.flat(), kept };
}

/** The vectors once more, in the same order. */
export async function* readVectorsAgain(
  version: PublishedVersion,
  records: DigestedRecords,
  tree: TreeNode,
): AsyncGenerator<Uint8Array | undefined> {
  for (const { start, end } of leavesOf(tree))
    for (let index = start; index < end; index++) {
      const reference = records.embeddings.get(index);
      if (reference !== undefined) yield await version.vector(reference);
    }
}

function checkVector(reference: VectorReference, bytes: Uint8Array | undefined, sha256: Sha256): FileLeaf {
  if (bytes !== undefined) {
    const digest = sha256(bytes);
    if (isHexOf(reference.sha256, digest)) return { cid: cidOf(codecs.raw, digest), size: bytes.length };
  }
  const why = bytes === undefined ? 'is not in this copy of the library' : 'is damaged';
  throw new ZooError('vector-missing', `the vector ${reference.sha256.slice(0, 16)}… (${reference.model}) ${why}`, {
    hint: 'Embed the library again, or get the version with "zoo fetch".',
    data: { sha256: reference.sha256 },
  });
}
