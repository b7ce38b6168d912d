import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/digest.ts';
import {
  checkpointOf,
  parseCheckpoint,
  proveVersions,
  renderCheckpoint,
  verifyVersions,
} from '../../../src/ledger/proofs/checkpoint.ts';
import { fsck } from '../../../src/ledger/fsck.ts';
import { signCheckpoint } from '../../../src/ledger/proofs/sign-checkpoint.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import {
  type NoteKey,
  keyHash,
  parseNoteKey,
  renderNoteKey,
  signNote,
  verifyNote,
} from '../../../src/ledger/proofs/signed-note.ts';
import {
  publicKeyOf,
  signBytes,
  signCommit,
  verifyBytes,
  verifyCommitSignature,
} from '../../../src/ledger/proofs/signing.ts';
import { systemClock } from '../../../src/world/clock/system.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';
import { exampleLibrary } from '../experience.ts';

const secret = sha256('a secret for tests');
const algorithms = ['secp256k1', 'ed25519', 'ml-dsa-65'] as const;
const ids = Array.from({ length: 9 }, (_, index) => Buffer.from(sha256(`commit ${index}`)).toString('hex'));

/** By dilithium-py 1.5.1, which has no code in common with ours: `key_derive` of the seed, `sign(…, deterministic=True)`. */
it('signs with ML-DSA-65 what another implementation signs', () => {
  const seed = Uint8Array.from({ length: 32 }, (_, place) => place);
  const id = 'b1f7e24abfa5d1e69ead441f9fcce6196c4c453ebc0eef795cab84b80133b8cc';
  const { publicKey, signature } = signCommit('ml-dsa-65', id, seed);
  const digestOf = (hex: string) => toHex(sha256(fromHex(hex)));
  expect(digestOf(publicKey)).toBe('d666806e11cee19a7c989f7445f90dd419cf4d2d51db8c0fdb4c0f0a542238c9');
  expect(digestOf(signature)).toBe('f5a5e952bee3d04acfc0c84581ec6cfc731a531cadf79e0b8984f9618604017e');
});

describe.each(algorithms)('a commit signed with %s', (algorithm) => {
  const [id = '', otherId = ''] = ids;
  const signature = signCommit(algorithm, id, secret);

  it('is signed for this commit by this key and no other', () => {
    expect(verifyCommitSignature(id, signature)).toBe(true);
    expect(verifyCommitSignature(otherId, signature)).toBe(false);
    const otherKey = signCommit(algorithm, id, sha256('another secret')).publicKey;
    expect(verifyCommitSignature(id, { ...signature, publicKey: otherKey })).toBe(false);
    expect(signCommit(algorithm, id, secret)).toEqual(signature);
  });

  it('is not accepted with a signature or key that is none', () => {
    for (const bad of ['', '00', 'ff'.repeat(65), signature.signature.slice(2), `${signature.signature}00`]) {
      expect(verifyCommitSignature(id, { ...signature, signature: bad })).toBe(false);
      expect(verifyCommitSignature(id, { ...signature, publicKey: bad })).toBe(false);
    }
    const bytes = fromHex(signature.signature);
    for (let place = 0; place < bytes.length; place += Math.ceil(bytes.length / 60)) {
      const flipped = bytes.slice();
      flipped[place] = (flipped[place] as number) ^ 1;
      const text = Buffer.from(flipped).toString('hex');
      expect(verifyCommitSignature(id, { ...signature, signature: text })).toBe(false);
    }
  });

  it('stays with the version', async () => {
    const ledger = openLedger({ files: memoryFiles(), sha256, clock: systemClock, folder: 'library' });
    await ledger.commitVersion(exampleLibrary(2), {
      message: 'Signed',
      author: 'zoo',
      sign: (commit) => Promise.resolve([signCommit(algorithm, commit, secret)]),
    });
    const [entry] = await ledger.history();
    expect(entry?.signatures.every((kept) => verifyCommitSignature(entry.id, kept))).toBe(true);
    expect(entry?.signatures).toHaveLength(1);
  });
});

describe('wallet signatures', () => {
  it('are those of EIP-191: over the digest that ethers documents for "Hello World"', () => {
    const digest = fromHex('a1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2');
    const signature = signBytes('secp256k1', new TextEncoder().encode('Hello World'), secret);
    const publicKey = publicKeyOf('secp256k1', secret);
    expect(secp256k1.verify(signature.subarray(0, 64), digest, publicKey, { prehash: false })).toBe(true);
    const recovered = Uint8Array.of((signature[64] ?? 0) - 27, ...signature.subarray(0, 64));
    expect(secp256k1.recoverPublicKey(recovered, digest, { prehash: false })).toEqual(publicKey);
  });
});

describe('signed notes', () => {
  it('read and verify as those of the C2SP specification', () => {
    const note =
      'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
    const key = Buffer.from('AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'base64').subarray(1);
    const verifier: NoteKey = { name: 'example.com/foo', algorithm: 'ed25519', publicKey: new Uint8Array(key) };
    expect(Buffer.from(keyHash(verifier, sha256)).toString('hex')).toBe('530d903a');
    expect(renderNoteKey(verifier, sha256)).toBe(
      'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    );
    const [body = '', line = ''] = note.split('\n\n');
    const signature = Buffer.from(line.split(' ')[2] ?? '', 'base64').subarray(4);
    expect(verifyBytes('ed25519', signature, Buffer.from(`${body}\n`), verifier.publicKey)).toBe(true);
  });

  it.each(algorithms)('are signed with %s and verified', (algorithm) => {
    const body = renderCheckpoint(checkpointOf(ids, sha256, 'example.org/library'));
    const note = signNote(body, 'example.org/library', algorithm, secret, sha256);
    const key: NoteKey = { name: 'example.org/library', algorithm, publicKey: publicKeyOf(algorithm, secret) };
    expect(verifyNote(note, key, sha256)).toBe(true);
    expect(verifyNote(note.replace('\n9\n', '\n8\n'), key, sha256)).toBe(false);
    expect(verifyNote(note, { ...key, name: 'example.org/other' }, sha256)).toBe(false);
    expect(parseCheckpoint(note).checkpoint).toMatchObject({ origin: 'example.org/library', size: 9 });
    const shown = renderNoteKey(key, sha256);
    expect(parseNoteKey(shown, sha256)).toEqual(key);
    for (const other of [shown.replace('+', '-'), shown.slice(0, -4), shown.replace('library', 'other'), ''])
      expect(parseNoteKey(other, sha256)).toBeUndefined();
  });

  it.each([
    '',
    'x',
    'x\n1\n',
    'x\n01\nAAAA\n',
    'x\n1\nAAAA\n',
    `x\n-1\n${'A'.repeat(43)}=\n`,
    `x\n1\n${'A'.repeat(43)}=`,
  ])('are refused where they are none: %j', (text) => {
    expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ code: 'invalid-checkpoint' }));
  });
});

describe('consistency of checkpoints', () => {
  it('shows that a version is an ancestor of another', () => {
    const newer = checkpointOf(ids, sha256, 'log');
    for (let size = 0; size <= ids.length; size++) {
      const older = checkpointOf(ids.slice(0, size), sha256, 'log');
      const proof = proveVersions(ids, size, sha256);
      expect(verifyVersions(older, newer, proof, sha256)).toBe(true);
      const rewritten = checkpointOf(['00'.repeat(32), ...ids.slice(1, size)], sha256, 'log');
      if (size > 0) expect(verifyVersions(rewritten, newer, proof, sha256)).toBe(false);
      expect(verifyVersions({ ...older, origin: 'another' }, newer, proof, sha256)).toBe(false);
    }
  });

  it('names the log after its first version, or as library.json says, whatever is signed', async () => {
    const files = memoryFiles();
    const ledger = openLedger({ files, sha256, clock: systemClock, folder: 'library' });
    const make = async () => await ledger.commitVersion(exampleLibrary(2), { message: '', author: 'zoo', time: 0 });
    const originNow = () => parseCheckpoint(files.text('library/checkpoint') ?? '').checkpoint.origin;
    const { commit } = await make();
    expect(originNow()).toBe(`zoo-ledger/v1/${commit.slice(0, 16)}`);
    await make();
    expect(originNow()).toBe(`zoo-ledger/v1/${commit.slice(0, 16)}`);
    const header = { format: 'zoo-library', v: 1, layout: 'files', origin: 'example.org/library' };
    files.set('library/library.json', `${JSON.stringify(header, null, 2)}\n`);
    expect(await fsck(files, 'library', sha256)).toMatchObject([{ code: 'other-origin', level: 'note' }]);
    const third = await make();
    expect(originNow()).toBe('example.org/library');
    expect(await signCheckpoint(files, ledger, third.commit, 'ed25519', secret, sha256)).toMatch(
      /^example\.org\/library\+/,
    );
    expect(originNow()).toBe('example.org/library');
    expect((await fsck(files, 'library', sha256)).map(({ code }) => code)).toEqual(['unknown-signer']);
    files.set('library/library.json', JSON.stringify({ ...header, origin: 'no names like this' }));
    await expect(ledger.library()).rejects.toMatchObject({ code: 'invalid-data' });
  });

  it('is what the ledger keeps beside its log', async () => {
    const files = memoryFiles();
    const ledger = openLedger({ files, sha256, clock: systemClock, folder: 'library' });
    for (let version = 1; version <= 3; version++)
      await ledger.commitVersion(exampleLibrary(version), { message: '', author: 'zoo' });
    const log = (await ledger.history()).map(({ id }) => id);
    expect(parseCheckpoint(files.text('library/checkpoint') ?? '').checkpoint).toEqual({
      ...checkpointOf(log, sha256),
      root: new Uint8Array(checkpointOf(log, sha256).root),
    });
  });
});
