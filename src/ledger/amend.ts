import type { Experience } from '../core/library/experience.ts';
import type { Files } from '../world/files/files.ts';
import { applyChanges } from './changes.ts';
import { filesAtMost } from './layout.ts';
import type { Ledger } from './open-ledger.ts';
import { whileBusy } from './undisturbed.ts';
import { readHeader } from './working.ts';

/** A few changes of the working library. */
export interface Amendment {
  readonly puts: readonly Experience[];
  readonly deletes?: readonly string[];
  /** Ids among the puts that take the place of a deleted one. */
  readonly renames?: readonly (readonly [from: string, to: string])[];
}

/** Changes a few experiences of the working library; of a large one only the shards that they lie in are read. */
export async function amendLibrary(
  files: Files,
  ledger: Ledger,
  { puts, deletes = [], renames = [] }: Amendment,
): Promise<void> {
  const changes = { complete: false, puts, deletes, order: undefined, renames };
  const amended = await ledger.change(async () => {
    const inShards = (await readHeader(files, ledger.folder))?.layout === 'shards';
    const { count } = inShards ? await ledger.state() : { count: 0 };
    // Fewer may have to move back into files of their own.
    if (count - deletes.length <= filesAtMost / 2) return { result: false };
    return { change: { layout: 'shards', changes, version: null }, result: true };
  });
  if (amended) return;
  await whileBusy(async () => {
    const current = await ledger.library();
    await ledger.save(applyChanges(current, changes), current);
  });
}
