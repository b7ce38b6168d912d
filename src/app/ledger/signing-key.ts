import { stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { fromHex } from '../../core/digest.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import { type SignatureAlgorithm, publicKeyOf } from '../../ledger/proofs/signing.ts';
import type { Config } from '../config.ts';
import { files } from '../wire/platform.ts';

/**
 * The secret key that signs versions, 32 bytes; of a file only if nobody else can read it.
 *
 * @param keyFile with the key in hexadecimal; ZOO_SIGNING_KEY when it is undefined
 * @throws ZooError `no-signing-key`, `open-signing-key`; the key itself is never in a message
 */
export async function readSigningKey(
  { environment }: Pick<Config, 'environment'>,
  keyFile: string | undefined,
  algorithm: SignatureAlgorithm,
): Promise<Uint8Array> {
  if (keyFile !== undefined) await refuseOpenFile(keyFile);
  const text = keyFile === undefined ? environment['ZOO_SIGNING_KEY'] : await files.readText(keyFile);
  const digits = (text ?? '').trim().replace(/^0x/i, '');
  const key = /^[0-9a-fA-F]{64}$/.test(digits) ? fromHex(digits.toLowerCase()) : undefined;
  if (key !== undefined && isKeyOf(algorithm, key)) return key;
  const source = keyFile ?? 'ZOO_SIGNING_KEY';
  throw new ZooError('no-signing-key', `${source} holds no secret key of 32 bytes in hexadecimal for ${algorithm}`, {
    exitCode: exitCode.usage,
    hint: 'Name a file that only you can read with --key, or set ZOO_SIGNING_KEY.',
  });
}

/** secp256k1 has numbers that are no key. */
function isKeyOf(algorithm: SignatureAlgorithm, key: Uint8Array): boolean {
  try {
    publicKeyOf(algorithm, key);
    return true;
  } catch {
    return false;
  }
}

/** As ssh does. Windows keeps rights elsewhere than in these bits. */
async function refuseOpenFile(path: string): Promise<void> {
  if (platform() === 'win32' || !(await files.exists(path))) return;
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  throw new ZooError('open-signing-key', `others than you can read the secret key in ${path}`, {
    exitCode: exitCode.usage,
    hint: `Keep it to yourself: chmod 600 ${path}. If others may have read it, make another.`,
  });
}
