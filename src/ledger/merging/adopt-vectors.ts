import { type Sha256, toHex } from '../../core/digest.ts';
import type { Files } from '../../world/files/files.ts';
import { paths } from '../layout.ts';
import type { CommitOrigin } from './adopt-commits.ts';

/** Bytes of vectors that are written together. */
const bytesAtOnce = 4 << 20;

/**
 * Copies the vectors that lie beside another library and not beside this one; what no record names later is collected by
 * `gc`. A vector that is not what its name says stays where it is, and `fsck` tells that it is missing.
 */
export async function adoptVectors(
  files: Files,
  folder: string,
  theirs: Pick<CommitOrigin, 'files' | 'folder'>,
  sha256: Sha256,
): Promise<void> {
  const known = new Set(await files.list(`${folder}/${paths.vectors}`));
  let waiting: [path: string, bytes: Uint8Array][] = [];
  let size = 0;
  const flush = async () => {
    await files.writeAll(waiting);
    [waiting, size] = [[], 0];
  };
  for (const name of await theirs.files.list(`${theirs.folder}/${paths.vectors}`)) {
    if (!/^[0-9a-f]{64}$/.test(name) || known.has(name)) continue;
    const bytes = await theirs.files.read(`${theirs.folder}/${paths.vectors}/${name}`);
    if (toHex(sha256(bytes)) !== name) continue;
    waiting.push([`${folder}/${paths.vectors}/${name}`, bytes]);
    size += bytes.length;
    if (size >= bytesAtOnce) await flush();
  }
  await flush();
}
