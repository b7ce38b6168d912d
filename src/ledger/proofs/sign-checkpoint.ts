import { type Sha256, fromHex } from '../../core/digest.ts';
import { equalBytes } from '../../core/tree/hashing.ts';
import type { Files } from '../../world/files/files.ts';
import { checkpointOf, parseCheckpoint, renderCheckpoint } from './checkpoint.ts';
import { type CommitSignature, readLog } from '../history.ts';
import { paths } from '../layout.ts';
import type { Ledger } from '../open-ledger.ts';
import { readHeader } from '../working.ts';
import { type NoteKey, keyHash, renderNoteKey, signNote, verifyNote } from './signed-note.ts';
import { type SignatureAlgorithm, publicKeyOf } from './signing.ts';

/**
 * Signs the checkpoint of a log that ends with a version. Nothing is signed when another version has come since.
 *
 * @returns the verifier key of who signed, as C2SP writes it; undefined when nothing was signed
 */
export async function signCheckpoint(
  files: Files,
  ledger: Ledger,
  commit: string,
  algorithm: SignatureAlgorithm,
  secretKey: Uint8Array,
  sha256: Sha256,
): Promise<string | undefined> {
  const lock = await ledger.lock();
  try {
    const log = await readLog(files, ledger.folder);
    if (log.at(-1) !== commit) return undefined;
    const checkpoint = checkpointOf(log, sha256, (await readHeader(files, ledger.folder))?.origin);
    const name = checkpoint.origin;
    const note = signNote(renderCheckpoint(checkpoint), name, algorithm, secretKey, sha256);
    await files.writeAtomic(`${ledger.folder}/${paths.checkpoint}`, note);
    return renderNoteKey({ name, algorithm, publicKey: publicKeyOf(algorithm, secretKey) }, sha256);
  } finally {
    await lock.release();
  }
}

/** Whether every signature of a checkpoint is one of the keys that signed its last version. @throws as `parseCheckpoint` */
export function isSignedBy(text: string, signers: readonly CommitSignature[], sha256: Sha256): boolean {
  const { checkpoint, signatures } = parseCheckpoint(text);
  return signatures.every((line) =>
    signers.some(({ algorithm, publicKey }) => {
      const key: NoteKey = { name: checkpoint.origin, algorithm, publicKey: fromHex(publicKey) };
      return equalBytes(line.keyHash, keyHash(key, sha256)) && verifyNote(text, key, sha256);
    }),
  );
}
