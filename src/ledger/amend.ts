import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import type { Experience } from '../core/library/experience.ts';
import type { Files } from '../world/files/files.ts';
import { applyChanges } from './changes.ts';
import { sameRecord } from './comparing/compare-libraries.ts';
import { filesAtMost } from './layout.ts';
import type { Ledger } from './open-ledger.ts';
import { findRecord, openAsShards } from './shards/shards.ts';
import { whileBusy } from './undisturbed.ts';
import { readHeader } from './working.ts';

/** A few changes of the working library. */
export interface Amendment {
  readonly puts: readonly Experience[];
  readonly deletes?: readonly string[];
  /** Ids among the puts that take the place of a deleted one. */
  readonly renames?: readonly (readonly [from: string, to: string])[];
  /**
   * What the library had of all that is put or deleted when that was decided. Left out where it does not matter what
   * somebody else put there meanwhile.
   */
  readonly basedOn?: readonly Experience[];
}

/**
 * Changes a few experiences of the working library; of a large one only the shards that they lie in are read.
 *
 * @throws ZooError `library-busy`, and nothing is changed, when the library has something else than it was based on
 */
export async function amendLibrary(
  files: Files,
  ledger: Ledger,
  { puts, deletes = [], renames = [], basedOn }: Amendment,
  sha256: Sha256,
): Promise<void> {
  const changes = { complete: false, puts, deletes, order: undefined, renames };
  const amended = await ledger.change(async () => {
    const inShards = (await readHeader(files, ledger.folder))?.layout === 'shards';
    const { count } = inShards ? await ledger.state() : { count: 0 };
    // Fewer may have to move back into files of their own.
    if (count - deletes.length <= filesAtMost / 2) return { result: false };
    const shards = await openAsShards(files, ledger, 'working', sha256);
    if (!(await isStill((id) => findRecord(shards, id, sha256)))) throw changedMeanwhile(ledger.folder);
    return { change: { layout: 'shards', changes, version: null }, result: true };
  });
  if (amended) return;
  const saved = await whileBusy(async () => {
    const current = await ledger.library();
    if (!(await isStill((id) => current.experiences.find((one) => one.id === id)))) return false;
    await ledger.save(applyChanges(current, changes), current);
    return true;
  });
  if (!saved) throw changedMeanwhile(ledger.folder);

  async function isStill(
    find: (id: string) => Experience | undefined | Promise<Experience | undefined>,
  ): Promise<boolean> {
    if (basedOn === undefined) return true;
    for (const id of new Set([...puts.map((put) => put.id), ...deletes])) {
      const now = await find(id);
      const before = basedOn.find((one) => one.id === id);
      const same = now === undefined || before === undefined ? now === before : sameRecord(now, before);
      if (!same) return false;
    }
    return true;
  }
}

function changedMeanwhile(folder: string): ZooError {
  return new ZooError('library-busy', `somebody changed the same experience in ${folder} meanwhile`, {
    hint: 'Nothing was written: look at it, then try again.',
  });
}
