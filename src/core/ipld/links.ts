import { decode as decodeCbor } from '@ipld/dag-cbor';
import { decode as decodePb } from '@ipld/dag-pb';
import { CID } from 'multiformats/cid';
import { ZooError, exitCode, messageOf } from '../error.ts';
import { type Block, type CidBytes, codecOf, codecs, formatCid, fromLink } from './cid.ts';

/** The value of a DAG-CBOR block. @throws ZooError `invalid-block` */
export function decodeNode({ cid, bytes }: Block): unknown {
  try {
    return decodeCbor(bytes);
  } catch (cause) {
    throw invalidBlock(cid, messageOf(cause), cause);
  }
}

/**
 * What a block links to, in the order in which the links stand in it.
 *
 * @throws ZooError `invalid-block` (exit 5)
 */
export function linksOf(block: Block): CidBytes[] {
  switch (codecOf(block.cid)) {
    case codecs.raw:
      return [];
    case codecs.dagPb:
      return pbLinks(block);
    case codecs.dagCbor: {
      const links: CidBytes[] = [];
      gather(decodeNode(block), links, block.cid);
      return links;
    }
    default:
      throw invalidBlock(block.cid, 'it is of an unknown codec');
  }
}

function pbLinks({ cid, bytes }: Block): CidBytes[] {
  try {
    return decodePb(bytes).Links.map(({ Hash }) => fromLink(Hash));
  } catch (cause) {
    throw invalidBlock(cid, messageOf(cause), cause);
  }
}

function gather(value: unknown, links: CidBytes[], cid: CidBytes): void {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null || next instanceof Uint8Array) continue;
    const link = CID.asCID(next);
    if (link === null) waiting.push(...Object.values(next).toReversed());
    else links.push(checked(link, cid));
  }
}

function checked(link: CID, cid: CidBytes): CidBytes {
  try {
    return fromLink(link);
  } catch (cause) {
    throw invalidBlock(cid, messageOf(cause), cause);
  }
}

function invalidBlock(cid: CidBytes, why: string, cause?: unknown): ZooError {
  return new ZooError('invalid-block', `the block ${formatCid(cid)} cannot be read: ${why}`, {
    cause,
    exitCode: exitCode.verification,
    hint: 'Its content is what its CID names, so it was published so: ask the publisher.',
  });
}
