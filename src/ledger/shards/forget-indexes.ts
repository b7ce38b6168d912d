import type { Sha256 } from '../../core/digest.ts';
import type { Files } from '../../world/files/files.ts';
import type { CommitEntry } from '../history.ts';
import { paths } from '../layout.ts';
import { partPath } from './parts.ts';
import { workingShards } from './shard-index.ts';

/** Removes the indexes of parts and versions that are no more. An index that is missed is made anew. */
export async function forgetIndexes(
  files: Files,
  folder: string,
  entries: readonly CommitEntry[],
  sha256: Sha256,
): Promise<void> {
  const names = (await files.list(`${folder}/${paths.index}`)).filter((name) => name !== 'working.jsonl');
  if (names.length === 0) return;
  // Of a library that is damaged nothing goes: what is left is for fsck to tell.
  const shards = await workingShards(files, folder, sha256).catch(() => undefined);
  if (shards === undefined) return;
  const working = new Set(shards.map(({ cid }) => cid));
  const roots = new Set(entries.map(({ commit }) => commit.recordsRoot));
  const isUsed = async (name: string): Promise<boolean> => {
    const [subject = '', kind] = name.split('.');
    if (kind === 'blocks') return roots.has(subject);
    return kind === 'part' && (working.has(subject) || (await files.exists(partPath(folder, subject))));
  };
  for (const name of names) if (!(await isUsed(name))) await files.remove(`${folder}/${paths.index}/${name}`);
}
