import { fromHex } from '../core/digest.ts';
import { ZooError, exitCode } from '../core/error.ts';
import { verifyCommitSignature } from '../ledger/proofs/signing.ts';
import type { AuthoredVersion } from '../publishing/fetch-archived.ts';

/**
 * Tells whether an author made a version: whether they signed its commit, or the archive that holds it.
 *
 * @param author a wallet of Arweave, an address of Ethereum (0x…), or a public key in hexadecimal
 * @throws ZooError `usage` (exit 2)
 */
export async function authorCheck(author: string): Promise<(version: AuthoredVersion) => boolean> {
  const wanted = isWallet(author) ? author : author.toLowerCase();
  if (!isWallet(author) && !/^(0x[0-9a-f]{40}|([0-9a-f]{2}){32,})$/.test(wanted))
    throw new ZooError('usage', `"${author.slice(0, 100)}" names no author`, {
      exitCode: exitCode.usage,
      hint: 'Give a wallet of Arweave, an address of Ethereum (0x…), or the public key that "zoo ledger log" shows.',
    });
  const { computeAddress } = await import('ethers');
  return ({ owners, commitId, signatures }) =>
    owners.includes(wanted) ||
    signatures.some((signature) => {
      const { algorithm, publicKey } = signature;
      if (algorithm !== 'secp256k1' && algorithm !== 'ed25519' && algorithm !== 'ml-dsa-65') return false;
      if (!verifyCommitSignature(commitId, { ...signature, algorithm })) return false;
      if (publicKey === wanted) return true;
      return algorithm === 'secp256k1' && wanted.startsWith('0x') && addressOf(publicKey) === wanted;
    });

  function addressOf(publicKey: string): string {
    return computeAddress(`0x${Buffer.from(fromHex(publicKey)).toString('hex')}`).toLowerCase();
  }
}

/** A wallet of Arweave: SHA-256 of its key, in base64url. */
export function isWallet(author: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(author);
}
