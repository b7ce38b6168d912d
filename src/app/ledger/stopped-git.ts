import { join } from 'node:path';
import { type StoppedOperation, stoppedOperation } from '../../ledger/git/stopped-operation.ts';
import { paths } from '../../ledger/layout.ts';
import { git } from '../wire/git.ts';
import type { Ledger } from '../wire/ledgers.ts';
import { files } from '../wire/platform.ts';

/** What git writes where both sides changed a file and no driver merges it. */
const conflictMark = /^<{7} /m;

/**
 * What git stopped in, where a reference asks for it (`git:MERGE_HEAD`, `git:REBASE_HEAD`, …); undefined for any other
 * reference.
 *
 * @param folder the library's
 */
export async function stoppedInGit(reference: string, folder: string): Promise<StoppedOperation | undefined> {
  if (!reference.startsWith('git:')) return undefined;
  return await stoppedOperation(git, folder, reference.slice('git:'.length));
}

/**
 * Versions of a library are one line, so ours come back where git left a conflict in them or took them away.
 *
 * @throws ZooError `library-locked`
 */
export async function takeOursBack(ledger: Ledger): Promise<void> {
  const { folder } = ledger;
  const lock = await ledger.lock();
  try {
    for (const path of [paths.log, paths.head, paths.checkpoint, paths.header]) {
      const text = (await files.readText(join(folder, path))) ?? '';
      if (!conflictMark.test(text)) continue;
      const { code, stdout } = await git.run(folder, ['show', `HEAD:./${path}`]);
      if (code === 0) await files.writeAtomic(join(folder, path), stdout);
    }
    await git.run(folder, ['checkout', '--quiet', 'HEAD', '--', paths.commits]);
  } finally {
    await lock.release();
  }
}
