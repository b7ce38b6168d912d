import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { fromHex, toHex } from '../../core/digest.ts';
import { equalBytes } from '../../core/tree/hashing.ts';
import type { CommitSignature } from '../history.ts';

export type SignatureAlgorithm = CommitSignature['algorithm'];

/** How a key of one kind signs; keys and signatures are bytes. */
interface Scheme {
  publicKey(secretKey: Uint8Array): Uint8Array;
  sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

const schemes: Readonly<Record<SignatureAlgorithm, Scheme>> = {
  /** ECDSA over Keccak-256 with the prefix of EIP-191, r ‖ s ‖ v: what a wallet's "sign message" gives. */
  secp256k1: {
    publicKey: (secretKey) => secp256k1.getPublicKey(secretKey),
    sign: (message, secretKey) => {
      const [recovery, ...rest] = secp256k1.sign(eip191(message), secretKey, { prehash: false, format: 'recovered' });
      return Uint8Array.of(...rest, 27 + (recovery ?? 0));
    },
    verify: (signature, message, publicKey) => {
      const [hash, v] = [eip191(message), signature[64]];
      if (signature.length !== 65 || (v !== 27 && v !== 28)) return false;
      if (!secp256k1.verify(signature.subarray(0, 64), hash, publicKey, { prehash: false })) return false;
      // A contract goes by what v says too: there is one signature, and one way to write the key.
      const recovered = Uint8Array.of(v - 27, ...signature.subarray(0, 64));
      return equalBytes(secp256k1.recoverPublicKey(recovered, hash, { prehash: false }), publicKey);
    },
  },
  /** RFC 8032, strict verification. */
  ed25519: {
    publicKey: (secretKey) => ed25519.getPublicKey(secretKey),
    sign: (message, secretKey) => ed25519.sign(message, secretKey),
    verify: (signature, message, publicKey) => ed25519.verify(signature, message, publicKey, { zip215: false }),
  },
  /** FIPS 204, the standard that CRYSTALS-Dilithium became; the secret is its 32-byte seed; deterministic. */
  'ml-dsa-65': {
    publicKey: (secretKey) => ml_dsa65.keygen(secretKey).publicKey,
    sign: (message, secretKey) => ml_dsa65.sign(message, ml_dsa65.keygen(secretKey).secretKey, { extraEntropy: false }),
    verify: (signature, message, publicKey) => ml_dsa65.verify(signature, message, publicKey),
  },
};

/** @param secretKey 32 bytes for every algorithm; for `ml-dsa-65` the seed */
export function signBytes(algorithm: SignatureAlgorithm, message: Uint8Array, secretKey: Uint8Array): Uint8Array {
  return schemes[algorithm].sign(message, secretKey);
}

export function publicKeyOf(algorithm: SignatureAlgorithm, secretKey: Uint8Array): Uint8Array {
  return schemes[algorithm].publicKey(secretKey);
}

/** Hostile input gives false. */
export function verifyBytes(
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  try {
    return schemes[algorithm].verify(signature, message, publicKey);
  } catch {
    // The libraries throw at keys and signatures that are none.
    return false;
  }
}

/** What is signed for a commit: text that a wallet can show. */
function commitMessage(commitId: string): Uint8Array {
  return new TextEncoder().encode(`zoo ledger commit v1\n${commitId}\n`);
}

export function signCommit(algorithm: SignatureAlgorithm, commitId: string, secretKey: Uint8Array): CommitSignature {
  return {
    algorithm,
    publicKey: toHex(publicKeyOf(algorithm, secretKey)),
    signature: toHex(signBytes(algorithm, commitMessage(commitId), secretKey)),
  };
}

/** Whether the key that the signature names signed this commit; whose key that is, the caller decides. */
export function verifyCommitSignature(commitId: string, signature: CommitSignature): boolean {
  return verifyBytes(
    signature.algorithm,
    fromHex(signature.signature),
    commitMessage(commitId),
    fromHex(signature.publicKey),
  );
}

/** keccak256("\x19Ethereum Signed Message:\n" ‖ decimal length ‖ message). */
function eip191(message: Uint8Array): Uint8Array {
  const prefix = new TextEncoder().encode(`\u0019Ethereum Signed Message:\n${message.length}`);
  return keccak_256(Uint8Array.of(...prefix, ...message));
}
