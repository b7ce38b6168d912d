import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import Arweave from 'arweave';
import type Transaction from 'arweave/node/lib/transaction.js';
import { z } from 'zod';
import { type ArchiveTag, maximumTagBytes } from '../archive.ts';
import { fromBase64Url, toBase64Url } from '../base64url.ts';

const encoded = z.string().regex(/^[A-Za-z0-9_-]*$/);

/** A transaction of format 2 without its content, as nodes send and take it (docs.arweave.org, HTTP API). */
export const transactionSchema = z.object({
  format: z.literal(2),
  id: encoded.length(43),
  last_tx: encoded.max(64),
  owner: encoded.max(700),
  tags: z.array(z.object({ name: encoded, value: encoded })).max(128),
  target: encoded.max(43),
  quantity: z.string().regex(/^\d{1,30}$/),
  data_size: z.string().regex(/^\d{1,15}$/),
  data_root: encoded.max(43),
  reward: z.string().regex(/^\d{1,30}$/),
  signature: encoded.max(700),
});
export type RawTransaction = z.infer<typeof transactionSchema>;

/**
 * True when the id is the SHA-256 of the signature, and the signature one of the owner over everything else: tags, size
 * and the root of the content. `arweave` makes what is signed; it is verified here because its own verification writes
 * to the console when it fails.
 */
export async function verifyTransaction(raw: RawTransaction): Promise<boolean> {
  const [signature, owner] = [fromBase64Url(raw.signature), fromBase64Url(raw.owner)];
  if (signature === undefined || owner === undefined || owner.length !== 512) return false;
  if (toBase64Url(createHash('sha256').update(signature).digest()) !== raw.id) return false;
  if (raw.data_root === '') return false;
  try {
    const message = await unsigned(raw).getSignatureData();
    const key = createPublicKey({ key: { kty: 'RSA', e: 'AQAB', n: raw.owner }, format: 'jwk' });
    return verify('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature);
  } catch {
    // A number that is no key.
    return false;
  }
}

/** The transaction as `arweave` knows it, without content. */
export function unsigned(raw: RawTransaction): Transaction.default {
  return Arweave.init({}).transactions.fromRaw({ ...raw, data: new Uint8Array(0) });
}

export function encodeTransactionTags(tags: readonly ArchiveTag[]): RawTransaction['tags'] {
  const text = (value: string) => toBase64Url(new TextEncoder().encode(value));
  return tags.map(({ name, value }) => ({ name: text(name), value: text(value) }));
}

/** Undefined when they are no text, or take more than they may. */
export function decodeTransactionTags({ tags }: Pick<RawTransaction, 'tags'>): readonly ArchiveTag[] | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let size = 0;
  const text = (value: string) => {
    const bytes = fromBase64Url(value);
    if (bytes === undefined) throw new RangeError('no base64url');
    size += bytes.length;
    return decoder.decode(bytes);
  };
  try {
    const decoded = tags.map(({ name, value }) => ({ name: text(name), value: text(value) }));
    return size > maximumTagBytes ? undefined : decoded;
  } catch {
    return undefined;
  }
}
