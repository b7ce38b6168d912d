import type { Sha256 } from '../core/digest.ts';
import type { Files } from '../world/files/files.ts';
import type { CommitEntry } from './history.ts';
import { paths } from './layout.ts';
import { packParts, packPath } from './pack.ts';
import { partPath } from './shards/parts.ts';

/**
 * Vectors that no record names any more, neither of the working library nor of a version. None where a version is not in
 * this copy: it may name any of them.
 */
export async function findUnnamedVectors(
  files: Files,
  folder: string,
  entries: readonly CommitEntry[],
  sha256: Sha256,
): Promise<readonly string[]> {
  const names = await files.list(`${folder}/${paths.vectors}`);
  const unnamed = new Set(names.filter((name) => /^[0-9a-f]{64}$/.test(name)));
  if (unnamed.size === 0) return [];
  for (const entry of entries) if (!(await isHere(files, folder, entry, sha256))) return [];
  // Whatever reads like the name of a vector keeps it.
  for (const place of [paths.records, paths.packs, paths.restored])
    for (const name of await files.list(`${folder}/${place}`)) {
      const text = (await files.readText(`${folder}/${place}/${name}`)) ?? '';
      for (const [, digest = ''] of text.matchAll(quotedDigest)) unnamed.delete(digest);
      if (unnamed.size === 0) return [];
    }
  return [...unnamed].map((name) => `${paths.vectors}/${name}`);
}

const quotedDigest = /"([0-9a-f]{64})"/g;

/** Whether the records of a version can be read, from its pack or from what was restored of it. */
async function isHere(files: Files, folder: string, { id, commit }: CommitEntry, sha256: Sha256): Promise<boolean> {
  if (!(await files.exists(packPath(folder, commit.packCid))))
    return (await files.list(`${folder}/${paths.restored}`)).some((name) => name.startsWith(id));
  const parts = await packParts(files, folder, commit, sha256).catch(() => undefined);
  for (const cid of Object.values(parts?.shards ?? {})) if (!(await files.exists(partPath(folder, cid)))) return false;
  return true;
}
