import { versionsInGit } from '../../ledger/git/versions-in-git.ts';
import type { CommitEntry } from '../../ledger/history.ts';
import { packPath } from '../../ledger/pack.ts';
import { isRestored, keepRestored } from '../../ledger/restored-version.ts';
import type { Config } from '../config.ts';
import { type ReferenceContext, openReference } from '../library-reference.ts';
import { git } from '../wire/git.ts';
import { ledgerAt } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';

/**
 * Gets back, from the history of git, what versions hold whose packs are not in this copy: packs stay out of git, so that
 * a clone has none. Taken is only what has the roots of the version's commit.
 *
 * @returns the versions that came back, and those that git does not have either
 */
export async function restoreFromGit(
  config: Config,
  library: string,
): Promise<{ readonly restored: readonly string[]; readonly missing: readonly string[] }> {
  const ledger = ledgerAt(library);
  const absent: CommitEntry[] = [];
  for (const entry of await ledger.history())
    if (!(await files.exists(packPath(library, entry.commit.packCid))) && !(await isRestored(files, library, entry.id)))
      absent.push(entry);
  const [restored, missing]: [string[], string[]] = [[], []];
  const known = absent.length === 0 ? new Map<string, readonly string[]>() : await versionsInGit(git, library);
  const context: ReferenceContext = { config, ledger, folder: library };
  for (const entry of absent) {
    const came = await restore(entry, known.get(entry.id) ?? []);
    (came ? restored : missing).push(entry.version);
  }
  return { restored, missing };

  async function restore({ id, commit }: CommitEntry, revisions: readonly string[]): Promise<boolean> {
    for (const revision of revisions) {
      const { shards } = await openReference(`git:${revision}`, context);
      const { recordsRoot, mapRoot } = await shards.roots();
      if (recordsRoot !== commit.recordsRoot || mapRoot !== commit.mapRoot) continue;
      await keepRestored(files, ledger, id, shards, sha256);
      return true;
    }
    return false;
  }
}
