import { join } from 'node:path';
import { toHex } from '../../core/digest.ts';
import { paths } from '../../ledger/layout.ts';
import { files, sha256 } from '../wire/platform.ts';

/** Vectors lie beside a library, each named by its SHA-256; one that is damaged counts as missing. */
export async function readVector(folder: string, digest: string): Promise<Uint8Array | undefined> {
  const path = join(folder, paths.vectors, digest);
  if (!(await files.exists(path))) return undefined;
  const bytes = await files.read(path);
  return toHex(sha256(bytes)) === digest ? bytes : undefined;
}
