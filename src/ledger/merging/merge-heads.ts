import type { Sha256 } from '../../core/digest.ts';
import type { Files } from '../../world/files/files.ts';
import { type CommitEntry, commitPath, readCommit } from '../history.ts';
import { paths } from '../layout.ts';

/** Ids of commits of others that the working library was merged with, as they were written down. */
export async function writtenMergeHeads(files: Files, folder: string): Promise<readonly string[]> {
  const text = (await files.readText(`${folder}/${paths.mergeHeads}`)) ?? '';
  return [...new Set(text.split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line)))];
}

export async function addMergeHead(files: Files, folder: string, id: string): Promise<void> {
  const ids = new Set([...(await writtenMergeHeads(files, folder)), id]);
  await files.writeAtomic(`${folder}/${paths.mergeHeads}`, [...ids].map((line) => `${line}\n`).join(''));
}

/**
 * Those of them that the next version is to name as parents: not what git took away again with a merge that was given
 * up, and nothing that a version, or another of them, descends from already.
 *
 * @param history the library's own versions
 * @param more ids beside those that were written down
 */
export async function pendingMergeHeads(
  files: Files,
  folder: string,
  history: readonly CommitEntry[],
  sha256: Sha256,
  more: readonly string[] = [],
): Promise<readonly string[]> {
  const written = new Set([...(await writtenMergeHeads(files, folder)), ...more]);
  if (written.size === 0) return [];
  const here: string[] = [];
  for (const id of written) if (await files.exists(commitPath(folder, id))) here.push(id);
  const versions = new Map(history.map((entry) => [entry.id, entry]));
  const passed = new Set<string>(versions.keys());
  const waiting = history.flatMap(({ commit }) => commit.parents);
  for (const id of here) waiting.push(...(await parentsOf(id)));
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (passed.has(id)) continue;
    passed.add(id);
    waiting.push(...(await parentsOf(id)));
  }
  return here.filter((id) => !passed.has(id));

  /** None for a commit that is not in this copy. */
  async function parentsOf(id: string): Promise<readonly string[]> {
    const known = versions.get(id);
    if (known !== undefined) return known.commit.parents;
    if (!(await files.exists(commitPath(folder, id)))) return [];
    return (await readCommit(files, folder, id, sha256)).commit.parents;
  }
}
