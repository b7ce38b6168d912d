import { join } from 'node:path';
import { paths } from '../../ledger/layout.ts';
import { addMergeHead as writeMergeHead, pendingMergeHeads } from '../../ledger/merging/merge-heads.ts';
import type { Ledger } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';

/**
 * Ids of the versions of others that the working library was merged with and no version names yet.
 *
 * @param more those that the next version is merged with
 */
export async function readMergeHeads(ledger: Ledger, more: readonly string[] = []): Promise<readonly string[]> {
  return await pendingMergeHeads(files, ledger.folder, await ledger.history(), sha256, more);
}

export async function addMergeHead(folder: string, id: string): Promise<void> {
  await writeMergeHead(files, folder, id);
}

export async function forgetMergeHeads(ledger: Ledger): Promise<void> {
  await files.remove(join(ledger.folder, paths.mergeHeads));
}
