import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import type { Files } from '../world/files/files.ts';
import { paths } from './layout.ts';
import { type Pending, pendingGeneration, readPending } from './pending.ts';

/** How often a reader starts again when writers keep coming between. */
const readAttempts = 20;

/**
 * Reads until no change of the ledger fell into the reading. A change that is decided but not carried out is handed to
 * `read`, which has to lay it over what it finds.
 */
export async function undisturbed<T>(
  files: Files,
  folder: string,
  sha256: Sha256,
  read: (pending: Pending | undefined) => Promise<T>,
): Promise<T> {
  let failure: { readonly thrown: unknown } | undefined;
  for (let attempt = 0; attempt < readAttempts; attempt++) {
    const pending = await readPending(files, folder, sha256);
    const before = pending?.generation ?? (await readGeneration(files, folder));
    let result: { readonly value: T } | undefined;
    try {
      result = { value: await read(pending) };
    } catch (thrown) {
      failure = { thrown };
    }
    const after = await generationInForce(files, folder, sha256);
    if (before !== after) continue;
    if (result === undefined) throw failure?.thrown;
    return result.value;
  }
  throw (
    failure?.thrown ??
    new ZooError('library-busy', `${folder} changes faster than it can be read`, {
      hint: 'Try again when the other zoo process has finished.',
    })
  );
}

/** That of the change under way, or else of the last that was carried out. */
export async function generationInForce(files: Files, folder: string, sha256: Sha256): Promise<number> {
  return (await pendingGeneration(files, folder, sha256)) ?? (await readGeneration(files, folder));
}

export async function readGeneration(files: Files, folder: string): Promise<number> {
  const text = await files.readText(`${folder}/${paths.generation}`);
  const generation = Number(text ?? 0);
  return Number.isSafeInteger(generation) ? generation : 0;
}

/** Does again what found that the library was changed while it was read. It must have told nothing to anybody yet. */
export async function whileBusy<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (thrown) {
      const busy = thrown instanceof ZooError && thrown.code === 'library-busy';
      if (!busy || attempt === readAttempts) throw thrown;
    }
  }
}
