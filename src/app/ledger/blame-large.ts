import type { BlamedChange } from '../../ledger/comparing/blame.ts';
import { type BlamedLibrary, blameExperience, blameShards, recordedShards } from '../../ledger/shards/blame-shards.ts';
import { openShards } from '../../ledger/shards/shards.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import type { Ledger } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';

async function isLarge(ledger: Ledger): Promise<boolean> {
  return (await openShards(files, ledger, 'working', sha256)) !== undefined;
}

/** Changes of one experience of a large working library, the first one first; undefined for a small library. */
export async function blameOneLarge(ledger: Ledger, id: string): Promise<readonly BlamedChange[] | undefined> {
  return await whileBusy(async () =>
    (await isLarge(ledger))
      ? await blameExperience(await recordedShards(files, ledger, sha256), id, sha256)
      : undefined,
  );
}

/** What gave each experience of a large working library its words; undefined for a small library. */
export async function blameLarge(ledger: Ledger): Promise<BlamedLibrary | undefined> {
  return await whileBusy(async () =>
    (await isLarge(ledger)) ? await blameShards(await recordedShards(files, ledger, sha256), sha256) : undefined,
  );
}
