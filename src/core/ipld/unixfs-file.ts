import { decode, encode } from '@ipld/dag-pb';
import type { Sha256 } from '../digest.ts';
import { ZooError, exitCode } from '../error.ts';
import { type Block, type CidBytes, cidOf, codecs, formatCid, toLink } from './cid.ts';

/** Bytes of a leaf in the profile `unixfs-v1-2025` (IPIP-499). */
export const leafBytes = 1024 * 1024;
/** Links of a node in that profile. */
export const linksPerNode = 1024;

export interface FileLeaf {
  readonly cid: CidBytes;
  readonly size: number;
}

export interface UnixFsFile {
  readonly root: CidBytes;
  readonly size: number;
  /** The blocks above the leaves, the root first; none when one leaf is all. */
  readonly nodes: readonly Block[];
}

interface Node {
  readonly cid: CidBytes;
  /** Bytes of the file below it. */
  readonly size: number;
  /** Bytes of the blocks below it, itself counted. */
  readonly total: number;
}

/**
 * The balanced tree of a UnixFS file over raw leaves, as `ipfs add` with the profile `unixfs-v1-2025` makes it: same
 * leaves, same CID.
 *
 * @param leaves at least one; an empty file has one empty leaf
 */
export function unixFsFile(leaves: readonly FileLeaf[], sha256: Sha256): UnixFsFile {
  if (leaves.length === 0) throw new RangeError('a file has at least one leaf');
  const made: Block[] = [];
  let level: readonly Node[] = leaves.map(({ cid, size }) => ({ cid, size, total: size }));
  while (level.length > 1) {
    const above: Node[] = [];
    for (let start = 0; start < level.length; start += linksPerNode) {
      const children = level.slice(start, start + linksPerNode);
      const block = fileNode(children, sha256);
      made.push(block);
      above.push({
        cid: block.cid,
        size: children.reduce((sum, { size }) => sum + size, 0),
        total: children.reduce((sum, { total }) => sum + total, block.bytes.length),
      });
    }
    level = above;
  }
  const [root] = level as [Node];
  return { root: root.cid, size: root.size, nodes: made.toReversed() };
}

function fileNode(children: readonly Node[], sha256: Sha256): Block {
  const size = children.reduce((sum, child) => sum + child.size, 0);
  const data = [0x08, 0x02, 0x18, ...varint(size), ...children.flatMap((child) => [0x20, ...varint(child.size)])];
  const bytes = encode({
    Data: Uint8Array.from(data),
    Links: children.map(({ cid, total }) => ({ Name: '', Tsize: total, Hash: toLink(cid) })),
  });
  return { cid: cidOf(codecs.dagPb, sha256(bytes)), bytes };
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

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return bytes;
}
