import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { toHex } from '../../../core/digest.ts';
import type { ArchiveContent, ArchiveTag } from '../archive.ts';
import { toBase64Url } from '../base64url.ts';
import { type HashedBlob, deepHash, hashContent } from './deep-hash.ts';
import { encodeTags } from './tags.ts';

/** ANS-104's number for a key of Ethereum. */
const ethereumSignatureType = 3;
const signatureBytes = 65;
export const ownerBytes = 65;

/** What stands before the content of a data item that a key of Ethereum signed. */
export interface ItemHead {
  /** r ‖ s ‖ v, 65 bytes. */
  readonly signature: Uint8Array;
  /** The public key, uncompressed, 65 bytes. */
  readonly owner: Uint8Array;
  /** 32 bytes, or none. */
  readonly target: Uint8Array;
  /** 32 bytes, or none. */
  readonly anchor: Uint8Array;
  /** As Avro writes them. */
  readonly tags: Uint8Array;
}

/** A key of Ethereum. */
export interface ItemSigner {
  /** The public key, uncompressed, 65 bytes. */
  readonly owner: Uint8Array;
  /** A signature of EIP-191, deterministic (RFC 6979): r ‖ s ‖ v, 65 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/**
 * Signs content as a data item of ANS-104. The signature is deterministic (RFC 6979), so the same key, tags and content
 * give the same id, wherever and whenever they are signed.
 */
export async function signItem(
  content: ArchiveContent,
  tags: readonly ArchiveTag[],
  signer: ItemSigner,
): Promise<ItemHead> {
  const nothing = new Uint8Array(0);
  const unsigned = {
    owner: signer.owner,
    target: nothing,
    anchor: nothing,
    tags: encodeTags(tags),
  };
  return { ...unsigned, signature: await signer.sign(signedHash(unsigned, await hashContent(content))) };
}

/** True when the owner signed exactly this head with this content. Hostile input gives false. */
export async function verifyItem(head: ItemHead, content: ArchiveContent): Promise<boolean> {
  const { signature, owner } = head;
  if (signature.length !== signatureBytes || owner.length !== ownerBytes || owner[0] !== 4) return false;
  if (signature[64] !== 27 && signature[64] !== 28) return false;
  const message = eip191(signedHash(head, await hashContent(content)));
  try {
    return secp256k1.verify(signature.subarray(0, 64), message, owner, { prehash: false });
  } catch {
    // The library throws at keys and signatures that are none.
    return false;
  }
}

/** SHA-256 of the signature, in base64url. */
export function itemId(signature: Uint8Array): string {
  return toBase64Url(createHash('sha256').update(signature).digest());
}

/** The head as ANS-104 writes it; the content follows. */
export function encodeHead({ signature, owner, target, anchor, tags }: ItemHead, tagCount: number): Uint8Array {
  return Buffer.concat([
    Uint8Array.of(ethereumSignatureType, 0),
    signature,
    owner,
    Uint8Array.of(target.length === 0 ? 0 : 1),
    target,
    Uint8Array.of(anchor.length === 0 ? 0 : 1),
    anchor,
    littleEndian(tagCount),
    littleEndian(tags.length),
    tags,
  ]);
}

/** Bytes of the head of an item with these tags, without target and anchor. */
export function headBytes(tags: readonly ArchiveTag[]): number {
  return 2 + signatureBytes + ownerBytes + 2 + 16 + encodeTags(tags).length;
}

/** Bytes that a head takes at most: those of its fields, and of tags as long as ANS-104 allows. */
export const headBytesAtMost = 2 + signatureBytes + ownerBytes + 2 * 33 + 16 + 4096 + 512;

/**
 * The head that bytes begin with, and how long it is; undefined when they do not begin with one that a key of Ethereum
 * signed.
 */
export function decodeHead(
  bytes: Uint8Array,
): { readonly head: ItemHead; readonly tagCount: number; readonly length: number } | undefined {
  let at = 0;
  const take = (length: number): Uint8Array => bytes.slice(at, (at += length));
  const takeNumber = (): number => take(8).reduceRight((value, byte) => value * 256 + byte, 0);
  const takeOptional = (): Uint8Array | undefined => {
    const [present] = take(1);
    return present === 0 ? new Uint8Array(0) : present === 1 ? take(32) : undefined;
  };
  if (take(2).join() !== `${ethereumSignatureType},0`) return undefined;
  const [signature, owner, target, anchor] = [take(signatureBytes), take(ownerBytes), takeOptional(), takeOptional()];
  const [tagCount, tagBytes] = [takeNumber(), takeNumber()];
  if (target === undefined || anchor === undefined || at + tagBytes > bytes.length) return undefined;
  return { head: { signature, owner, target, anchor, tags: take(tagBytes) }, tagCount, length: at };
}

/** 0x and the last 20 bytes of the Keccak-256 of the public key, lower case. */
export function ethereumAddress(owner: Uint8Array): string {
  return `0x${toHex(keccak_256(owner.subarray(1)).subarray(12))}`;
}

/** What gateways call an owner of Arweave or of any other kind: SHA-256 of the public key. */
export function arweaveAddress(owner: Uint8Array): string {
  return toBase64Url(createHash('sha256').update(owner).digest());
}

function signedHash({ owner, target, anchor, tags }: Omit<ItemHead, 'signature'>, content: HashedBlob): Uint8Array {
  const text = (value: string) => new TextEncoder().encode(value);
  const kind = text(String(ethereumSignatureType));
  return deepHash([text('dataitem'), text('1'), kind, owner, target, anchor, tags, content]);
}

/** keccak256("\x19Ethereum Signed Message:\n" ‖ decimal length ‖ message), which is what wallets sign. */
function eip191(message: Uint8Array): Uint8Array {
  return keccak_256(
    Buffer.concat([new TextEncoder().encode(`\u0019Ethereum Signed Message:\n${message.length}`), message]),
  );
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}
