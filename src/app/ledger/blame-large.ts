import type { BlamedChange } from '../../ledger/comparing/blame.ts';
import { filesAtMost } from '../../ledger/layout.ts';
import { type BlamedLibrary, blameExperience, blameShards, recordedShards } from '../../ledger/shards/blame-shards.ts';
import { openShards } from '../../ledger/shards/shards.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import type { Ledger } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';

/** Whether the working library is, or ever was. */
async function isLarge(ledger: Ledger): Promise<boolean> {
  if ((await ledger.history()).some(({ commit }) => commit.size > filesAtMost)) return true;
  return (await openShards(files, ledger, 'working', sha256)) !== undefined;
}

/** Changes of one experience of the working library, the first one first; undefined where no version is large. */
export async function blameOneLarge(ledger: Ledger, id: string): Promise<readonly BlamedChange[] | undefined> {
  return await whileBusy(async () =>
    (await isLarge(ledger))
      ? await blameExperience(await recordedShards(files, ledger, sha256), id, sha256)
      : undefined,
  );
}

/** What gave each experience of the working library its words; undefined where no version is large. */
export async function blameLarge(ledger: Ledger): Promise<BlamedLibrary | undefined> {
  return await whileBusy(async () =>
    (await isLarge(ledger)) ? await blameShards(await recordedShards(files, ledger, sha256), sha256) : undefined,
  );
}
