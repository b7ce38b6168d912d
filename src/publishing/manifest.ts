import { encode } from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { CID as Cid } from 'multiformats/cid';
import { z } from 'zod';
import { type Block, type CidBytes, cidLength, cidOf, codecs, toLink } from '../core/ipld/cid.ts';
import { ZooError, exitCode } from '../core/error.ts';
import { fromLink } from '../core/ipld/cid.ts';
import { decodeNode } from '../core/ipld/links.ts';
import type { Sha256 } from '../core/digest.ts';

/**
 * The blocks that hold a published version together (docs/publishing.md). The root links the commit, the log of commits
 * that lead to it, the tree of records, the embeddings and the signatures, so that whoever pins the root keeps them all.
 */
export interface ManifestRoot {
  /** Experiences. */
  readonly size: number;
  /** The commit's canonical JSON: a raw block whose SHA-256 is the commit's id. */
  readonly commit: CidBytes;
  readonly log: CidBytes;
  readonly records: CidBytes;
  /** A UnixFS file of the vectors in order of the records' keys; null where no record has one. */
  readonly embeddings: CidBytes | null;
  /** Canonical JSON of the commit's signatures; null where it has none. */
  readonly signatures: CidBytes | null;
}

/** Records that one leaf links at most: about 10 kB of links, and a megabyte of 1,024 floats each. */
export const recordsPerLeaf = 256;
/** Commits that one page of the log links at most. */
export const commitsPerPage = 1024;
/** Children of an inner node, one for each value of the next four bits of the key. */
export const fanOut = 16;

const link = z.custom<CID>((value) => Cid.asCID(value) !== null, 'expected a link').transform((cid) => fromLink(cid));
const nullableLink = z.union([z.null(), link]);

const rootSchema = z.strictObject({
  v: z.literal(1),
  format: z.literal('zoo-snapshot'),
  size: z.int().min(0),
  commit: link,
  log: link,
  records: link,
  embeddings: nullableLink,
  signatures: nullableLink,
});
const logSchema = z.strictObject({ pages: z.array(link).min(1).max(16_384) });
const pageSchema = z.strictObject({ commits: z.array(link).min(1).max(commitsPerPage) });
const recordsSchema = z.union([
  z.strictObject({ records: z.array(link).max(recordsPerLeaf) }),
  z.strictObject({
    nodes: z.array(nullableLink).length(fanOut),
    counts: z.array(z.int().min(0)).length(fanOut),
  }),
]);

export type RecordsNode = z.infer<typeof recordsSchema>;

export function encodeRoot(root: ManifestRoot, sha256: Sha256): Block {
  const { size, embeddings, signatures } = root;
  return cborBlock(
    {
      v: 1,
      format: 'zoo-snapshot',
      size,
      commit: toLink(root.commit),
      log: toLink(root.log),
      records: toLink(root.records),
      embeddings: embeddings === null ? null : toLink(embeddings),
      signatures: signatures === null ? null : toLink(signatures),
    },
    sha256,
  );
}

export function encodeLog(pages: readonly CidBytes[], sha256: Sha256): Block {
  return cborBlock({ pages: pages.map(toLink) }, sha256);
}

export function encodePage(commits: readonly CidBytes[], sha256: Sha256): Block {
  return cborBlock({ commits: commits.map(toLink) }, sha256);
}

export function encodeInner(children: readonly ({ cid: CidBytes; count: number } | null)[], sha256: Sha256): Block {
  return cborBlock(
    {
      nodes: children.map((child) => (child === null ? null : toLink(child.cid))),
      counts: children.map((child) => child?.count ?? 0),
    },
    sha256,
  );
}

/**
 * The leaf that links the records with the given digests: what `encode({ records })` writes, without making an object
 * a link, since a library of a million has a million of them.
 *
 * @param digests SHA-256 of the records, 32 bytes each
 */
export function encodeLeaf(digests: Uint8Array, sha256: Sha256): Block {
  const count = digests.length / 32;
  const head = [0xa1, 0x67, 0x72, 0x65, 0x63, 0x6f, 0x72, 0x64, 0x73, ...arrayHead(count)];
  const linkBytes = 5 + cidLength;
  const bytes = new Uint8Array(head.length + count * linkBytes);
  bytes.set(head);
  for (let index = 0, at = head.length; index < count; index++, at += linkBytes) {
    // Tag 42, a byte string of 37, the multibase prefix 00, then the CID's own four bytes.
    bytes.set([0xd8, 0x2a, 0x58, 0x25, 0x00, 0x01, codecs.raw, 0x12, 0x20], at);
    bytes.set(digests.subarray(index * 32, index * 32 + 32), at + 9);
  }
  return { cid: cidOf(codecs.dagCbor, sha256(bytes)), bytes };
}

function arrayHead(count: number): number[] {
  if (count < 24) return [0x80 | count];
  return count < 256 ? [0x98, count] : [0x99, count >> 8, count & 0xff];
}

/** @throws ZooError `not-a-snapshot` (exit 5) */
export function decodeRoot(block: Block): ManifestRoot {
  const { v: _v, format: _format, ...root } = decoded(block, rootSchema, 'the root of a published version');
  return root;
}

export function decodeLog(block: Block): readonly CidBytes[] {
  return decoded(block, logSchema, 'a log of commits').pages;
}

export function decodePage(block: Block): readonly CidBytes[] {
  return decoded(block, pageSchema, 'a page of a log').commits;
}

export function decodeRecords(block: Block): RecordsNode {
  return decoded(block, recordsSchema, 'a node of records');
}

function decoded<T>(block: Block, schema: z.ZodType<T>, what: string): T {
  const checked = schema.safeParse(decodeNode(block));
  // Only what this program would have written is taken: one version has one CID.
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new ZooError('not-a-snapshot', `a block is not ${what}: ${issue?.message ?? 'it has another form'}`, {
    exitCode: exitCode.verification,
    hint: 'Check the CID; "zoo publish" prints the one of a published version.',
  });
}

function cborBlock(value: unknown, sha256: Sha256): Block {
  const bytes = encode(value);
  return { cid: cidOf(codecs.dagCbor, sha256(bytes)), bytes };
}
