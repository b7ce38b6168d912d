import { createHash } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { fromHex, toHex } from '../../../src/core/digest.ts';
import type { Random } from '../../../src/core/random.ts';
import { checkpointOf, renderCheckpoint } from '../../../src/ledger/proofs/checkpoint.ts';
import { renderNoteKey, signNote } from '../../../src/ledger/proofs/signed-note.ts';
import { publicKeyOf, signCommit } from '../../../src/ledger/proofs/signing.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { mutateBytes } from './mutations.ts';
import { pick } from './random-library.ts';
import { type Case, bytesOf } from './judge.ts';
import { changed } from './cases.ts';

const algorithms = ['ed25519', 'ed25519', 'ed25519', 'secp256k1', 'ml-dsa-65'] as const;

export function* signatures(random: Random): Generator<Case> {
  const algorithm = pick(random, algorithms);
  const secret = sha256(`${random()}`);
  const commit = toHex(sha256(`${random()}`));
  const signature = signCommit(algorithm, commit, secret);
  yield* changed(random, { kind: 'signature', bytes: bytesOf(JSON.stringify(signature)), trusted: [commit] }, 4);
  for (const [part, hex] of Object.entries(signature).slice(1)) {
    const other = { ...signature, [part]: toHex(mutateBytes(fromHex(hex), random)) };
    yield { kind: 'signature', bytes: bytesOf(JSON.stringify(other)), trusted: [commit] };
  }
  const checkpoint = checkpointOf([commit], sha256, pick(random, ['zoo-ledger/v1', 'é.example/log']));
  const extension = pick(random, ['', 'an extension line\n']);
  const body = `${renderCheckpoint(checkpoint)}${extension}`;
  const note = signNote(body, checkpoint.origin, algorithm, secret, sha256);
  const key = renderNoteKey({ name: checkpoint.origin, algorithm, publicKey: publicKeyOf(algorithm, secret) }, sha256);
  yield* changed(random, { kind: 'checkpoint', bytes: bytesOf(note), trusted: [key] }, 6);
  const otherKey = new TextDecoder().decode(mutateBytes(bytesOf(key), random));
  yield { kind: 'checkpoint', bytes: bytesOf(note), trusted: [otherKey] };
  const twice = `${note}${note.slice(note.indexOf('\n\n') + 2)}`;
  yield { kind: 'checkpoint', bytes: mutateBytes(bytesOf(twice), random), trusted: [key] };
  yield { kind: 'checkpoint', bytes: bytesOf(twice), trusted: [key] };
}

/** Signatures that some implementations take and others do not. */
export function* doubtfulSignatures(): Generator<Case> {
  const commit = toHex(sha256('commit'));
  const told = (algorithm: string, publicKey: string, signature: string): Case => ({
    kind: 'signature',
    bytes: bytesOf(JSON.stringify({ algorithm, publicKey, signature })),
    trusted: [commit],
  });
  const wallet = signCommit('secp256k1', commit, sha256('wallet'));
  const signed = fromHex(wallet.signature);
  const s = BigInt(`0x${wallet.signature.slice(64, 128)}`);
  const negated = (secp256k1.Point.Fn.ORDER - s).toString(16).padStart(64, '0');
  for (const v of [0, 1, 26, 27, 28, 29])
    for (const half of [wallet.signature.slice(64, 128), negated])
      yield told('secp256k1', wallet.publicKey, `${wallet.signature.slice(0, 64)}${half}${toHex(Uint8Array.of(v))}`);
  const point = secp256k1.Point.fromHex(wallet.publicKey);
  yield told('secp256k1', point.toHex(false), wallet.signature);
  yield told(
    'secp256k1',
    `${wallet.publicKey.startsWith('02') ? '03' : '02'}${wallet.publicKey.slice(2)}`,
    wallet.signature,
  );
  yield told('secp256k1', wallet.publicKey, toHex(signed.subarray(0, 64)));

  const message = bytesOf(`zoo ledger commit v1\n${commit}\n`);
  const order = ed25519.Point.Fn.ORDER;
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(sha256('edwards'));
  const little = (value: bigint) => fromHex(value.toString(16).padStart(64, '0')).toReversed();
  const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes.toReversed())}`);
  const smallOrder = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0100000000000000000000000000000000000000000000000000000000000080',
  ];
  for (const hex of smallOrder) {
    // A nonce with a part of small order: the equation holds when both sides are multiplied by 8.
    let nonce = ed25519.Point.BASE.multiply(7n);
    try {
      nonce = nonce.add(ed25519.Point.fromHex(hex, true));
    } catch {
      // Some of these are no points at all.
    }
    const challenge = number(ed25519Challenge(nonce.toBytes(), pointBytes, message)) % order;
    const response = (7n + challenge * scalar) % order;
    for (const value of [response, response + order])
      yield told('ed25519', toHex(pointBytes), `${nonce.toHex()}${toHex(little(value))}`);
    yield told('ed25519', hex, `${hex}${'00'.repeat(32)}`);
    yield told('ed25519', toHex(pointBytes), `${hex}${toHex(little(response))}`);
  }
}

function ed25519Challenge(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(createHash('sha512').update(Buffer.concat(parts)).digest());
}
