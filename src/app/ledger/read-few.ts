import type { Library } from '../../core/library/library.ts';
import { lookUpInShards } from '../../ledger/look-up.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import type { Config } from '../config.ts';
import { openReference } from '../library-reference.ts';
import { sha256 } from '../wire/platform.ts';
import { configuredLedger } from './open.ts';

/** Of a library the experiences that ids mean or begin; of a large one no more is read than that takes. */
export async function readFew(
  config: Config,
  ids: readonly string[],
  reference: string,
  folder: string,
): Promise<Library> {
  return await whileBusy(async () => {
    const { small, shards } = await openReference(reference, { config, ledger: configuredLedger(config), folder });
    return small ?? (await lookUpInShards(shards, ids, sha256));
  });
}
