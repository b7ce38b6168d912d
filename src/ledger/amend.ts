import type { Experience } from '../core/library/experience.ts';
import type { Files } from '../world/files/files.ts';
import { applyChanges } from './changes.ts';
import { filesAtMost } from './layout.ts';
import type { Ledger } from './open-ledger.ts';
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
  const layout = (await readHeader(files, ledger.folder))?.layout;
  const { count } = layout === 'shards' ? await ledger.state() : { count: 0 };
  // Fewer may have to move back into files of their own.
  if (count - deletes.length <= filesAtMost / 2) {
    await ledger.save(applyChanges(await ledger.library(), changes));
    return;
  }
  await ledger.change(() =>
    Promise.resolve({ change: { layout: 'shards', changes, version: null }, result: undefined }),
  );
}
