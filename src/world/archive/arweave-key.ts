import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ZooError, exitCode } from '../../core/error.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';

const number = z.string().regex(/^[A-Za-z0-9_-]+$/);

/** A key file of Arweave: an RSA key of 4,096 bits as JWK (RFC 7517). */
const jwkSchema = z.object({
  kty: z.literal('RSA'),
  e: z.literal('AQAB'),
  n: number,
  d: number,
  p: number,
  q: number,
  dp: number,
  dq: number,
  qi: number,
});
export type ArweaveKey = z.infer<typeof jwkSchema>;

/**
 * The key that a key file holds. What is wrong with it is told without a character of it, and without the cause, whose
 * message would quote it.
 *
 * @param path stands in errors
 * @throws ZooError `arweave-key-invalid`
 */
export function parseArweaveKey(text: string, path: string): ArweaveKey {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(path, 'it is no JSON');
  }
  const checked = jwkSchema.safeParse(value);
  if (!checked.success)
    throw invalid(path, `its field "${checked.error.issues[0]?.path.join('.') ?? ''}" is not that of an RSA key (JWK)`);
  if (fromBase64Url(checked.data.n)?.length !== 512) throw invalid(path, 'its key does not have 4,096 bits');
  return checked.data;
}

/** SHA-256 of the public key, in base64url: what the wallet is called. */
export function walletAddress({ n }: Pick<ArweaveKey, 'n'>): string {
  return toBase64Url(
    createHash('sha256')
      .update(fromBase64Url(n) ?? new Uint8Array(0))
      .digest(),
  );
}

function invalid(path: string, why: string): ZooError {
  return new ZooError('arweave-key-invalid', `${path} holds no key of Arweave: ${why}`, {
    exitCode: exitCode.usage,
    hint: 'Name the key file (JWK) that your wallet exports with --arweave-key (ZOO_ARWEAVE_KEY).',
  });
}
