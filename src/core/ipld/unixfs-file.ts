import { decode } from '@ipld/dag-pb';
import type { Sha256 } from '../digest.ts';
import { ZooError, exitCode } from '../error.ts';
import { type Block, type CidBytes, cidLength, cidOf, codecs, formatCid, type toLink } from './cid.ts';

/** Bytes of a leaf in the profile `unixfs-v1-2025` (IPIP-499). */
export const leafBytes = 1024 * 1024;
/** Links of a node in that profile. */
const linksPerNode = 1024;

export interface FileLeaf {
  readonly cid: CidBytes;
  readonly size: number;
}

/** A part of a file: a leaf, or a node over others. */
export interface FileNode {
  readonly cid: CidBytes;
  /** Bytes of the file below it. */
  readonly size: number;
  /** Bytes of the blocks below it, itself counted. */
  readonly total: number;
  /** Its own bytes; undefined for a leaf, whose bytes are the file's. */
  readonly bytes?: Uint8Array;
  readonly children?: readonly FileNode[];
}

/**
 * The balanced tree of a UnixFS file over raw leaves, as `ipfs add` with the profile `unixfs-v1-2025` makes it: same
 * leaves, same CID.
 *
 * @param leaves at least one; an empty file has one empty leaf
 */
export function unixFsFile(leaves: readonly FileLeaf[], sha256: Sha256): FileNode {
  return balance(leaves.map(nodeOfLeaf), sha256);
}

/**
 * A UnixFS file whose leaves come in groups, each under a node of its own, so that a group which grows does not move
 * the others. As valid a file as the balanced one, with a CID of its own.
 *
 * @param groups of at least one leaf and at most {@link linksPerNode} each
 */
export function groupedUnixFsFile(groups: readonly (readonly FileLeaf[])[], sha256: Sha256): FileNode {
  return balance(
    groups.map((leaves) => nodeOver(leaves.map(nodeOfLeaf), sha256)),
    sha256,
  );
}

function balance(nodes: readonly FileNode[], sha256: Sha256): FileNode {
  let level = nodes;
  while (level.length > 1) {
    const above: FileNode[] = [];
    for (let start = 0; start < level.length; start += linksPerNode)
      above.push(nodeOver(level.slice(start, start + linksPerNode), sha256));
    level = above;
  }
  const [root] = level;
  if (root === undefined) throw new RangeError('a file has at least one leaf');
  return root;
}

function nodeOfLeaf({ cid, size }: FileLeaf): FileNode {
  return { cid, size, total: size };
}

function nodeOver(children: readonly FileNode[], sha256: Sha256): FileNode {
  const bytes = encodeFileNode(children);
  let [size, total] = [0, bytes.length];
  for (const child of children) {
    size += child.size;
    total += child.total;
  }
  return { cid: cidOf(codecs.dagPb, sha256(bytes)), size, total, bytes, children };
}

/**
 * A file's node in DAG-PB (ipld.io/specs/codecs/dag-pb/spec): the links, then UnixFS's own protobuf with the type, the
 * size of the file and that of each child.
 */
function encodeFileNode(children: readonly FileNode[]): Uint8Array {
  const sizes: number[] = [];
  let size = 0;
  for (const child of children) {
    size += child.size;
    sizes.push(0x20);
    pushVarint(sizes, child.size);
  }
  const data = [0x08, 0x02, 0x18];
  pushVarint(data, size);
  // Tag, length, CID with its own two bytes, an empty name, and the size in at most 8 bytes.
  const bytes = new Uint8Array(children.length * (2 + 2 + cidLength + 3 + 8) + 16 + data.length + sizes.length);
  let at = 0;
  for (const { cid, total } of children) {
    const tail = [0x12, 0x00, 0x18];
    pushVarint(tail, total);
    bytes.set([0x12, 2 + cidLength + tail.length, 0x0a, cidLength], at);
    bytes.set(cid, at + 4);
    bytes.set(tail, at + 4 + cidLength);
    at += 4 + cidLength + tail.length;
  }
  const head = [0x0a];
  pushVarint(head, data.length + sizes.length);
  for (const part of [head, data, sizes]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.slice(0, at);
}

/** What a UnixFS node says of itself (the fields of its protobuf that files and plain folders use). */
export interface UnixFsNode {
  readonly type: 'file' | 'directory' | 'other';
  /** Content that stands in the node itself. */
  readonly inline: Uint8Array;
  /** Bytes of the file; undefined where the node does not say. */
  readonly size: number | undefined;
  readonly links: readonly { readonly name: string; readonly cid: CidBytes }[];
}

/** @throws ZooError `invalid-block` (exit 5) */
export function readUnixFsNode(
  { cid, bytes }: Block,
  linkOf: (link: ReturnType<typeof toLink>) => CidBytes,
): UnixFsNode {
  try {
    const { Data, Links } = decode(bytes);
    let [type, size]: [number, number | undefined] = [-1, undefined];
    let inline = new Uint8Array(0);
    const data = Data ?? new Uint8Array(0);
    for (let at = 0; at < data.length;) {
      const field = readVarint(data, at);
      const value = readVarint(data, field.next);
      at = value.next;
      if (field.value === 0x08) type = value.value;
      else if (field.value === 0x18) size = value.value;
      else if ((field.value & 7) === 2) {
        if (field.value === 0x12) inline = data.slice(at, at + value.value);
        at += value.value;
      } else if ((field.value & 7) !== 0) throw new Error('a field of an unknown kind');
    }
    return {
      type: type === 2 || type === 0 ? 'file' : type === 1 ? 'directory' : 'other',
      inline,
      size,
      links: Links.map(({ Name, Hash }) => ({ name: Name ?? '', cid: linkOf(Hash) })),
    };
  } catch (cause) {
    throw new ZooError('invalid-block', `the block ${formatCid(cid)} is no UnixFS node`, {
      cause,
      exitCode: exitCode.verification,
    });
  }
}

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; shift < 8; shift++) {
    const byte = bytes[at + shift];
    if (byte === undefined) throw new Error('it ends in the middle of a number');
    value += (byte & 0x7f) * 2 ** (7 * shift);
    if (byte < 0x80) return { value, next: at + shift + 1 };
  }
  throw new Error('a number is too long');
}

function pushVarint(into: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) into.push((rest % 128) | 0x80);
  into.push(rest);
}
