import { CID } from 'multiformats/cid';
import { ZooError } from '../error.ts';

/**
 * A content identifier as bytes: CIDv1 with SHA-256, which are the only ones that zoo writes. Four bytes of prefix and
 * the digest, 36 in all. Its text is base 32 (multiformats/cid).
 */
export type CidBytes = Uint8Array;

export const cidLength = 36;

/** What a block's bytes are (multiformats/multicodec). */
export const codecs = { raw: 0x55, dagPb: 0x70, dagCbor: 0x71 } as const;
export type Codec = (typeof codecs)[keyof typeof codecs];

const sha256Code = 0x12;

/** A block and the identifier that its bytes hash to. */
export interface Block {
  readonly cid: CidBytes;
  readonly bytes: Uint8Array;
}

/** @param digest SHA-256 of the block's bytes */
export function cidOf(codec: Codec, digest: Uint8Array): CidBytes {
  const cid = new Uint8Array(cidLength);
  cid[0] = 1;
  cid[1] = codec;
  cid[2] = sha256Code;
  cid[3] = 32;
  cid.set(digest, 4);
  return cid;
}

export function codecOf(cid: CidBytes): Codec {
  return cid[1] as Codec;
}

export function digestOf(cid: CidBytes): Uint8Array {
  return cid.subarray(4);
}

export function formatCid(cid: CidBytes): string {
  return CID.decode(cid).toString();
}

/**
 * The identifier that a text names, in any of its spellings (CIDv0, other bases).
 *
 * @throws ZooError `invalid-cid` when it is none, or has another hash or codec than zoo reads
 */
export function parseCid(text: string): CidBytes {
  let cid: CID;
  try {
    cid = CID.parse(text);
  } catch (cause) {
    throw new ZooError('invalid-cid', `"${text.slice(0, 100)}" is no CID`, {
      cause,
      hint: 'A CID looks like bafyrei… or bafkrei….',
    });
  }
  return fromLink(cid);
}

/** True for a text that reads as a CID that zoo can fetch. */
export function isCid(text: string): boolean {
  if (!/^(Qm[1-9A-HJ-NP-Za-km-z]{44}|[bBzkfFmuU][A-Za-z0-9+/_-]{20,128})$/.test(text)) return false;
  try {
    parseCid(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws ZooError `invalid-cid` */
export function fromLink(link: CID): CidBytes {
  const { multihash, code } = link;
  if (multihash.code !== sha256Code || multihash.digest.length !== 32)
    throw new ZooError('invalid-cid', `${link.toString()} names its content by another hash than SHA-256`, {
      hint: 'zoo reads CIDs with SHA-256.',
    });
  if (code !== codecs.raw && code !== codecs.dagPb && code !== codecs.dagCbor)
    throw new ZooError('invalid-cid', `${link.toString()} names content of a codec that zoo does not read`, {
      hint: 'zoo reads raw, dag-pb and dag-cbor.',
    });
  return cidOf(code, multihash.digest);
}

export function toLink(cid: CidBytes): CID {
  return CID.decode(cid);
}

/** A text for maps: shorter to make than the written form. */
export function cidKey(cid: CidBytes): string {
  return String.fromCharCode.apply(null, cid as unknown as number[]);
}
