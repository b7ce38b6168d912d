import { ZooError } from '../core/error.ts';
import type { Files, Lock } from '../world/files/files.ts';
import { paths, writtenFolders } from './layout.ts';

/** One lock file for all writers; inside this process its holder may write again, one at a time. */
export function createLocking(files: Files, folder: string): { acquire(): Promise<Lock> } {
  const written = writtenFolders.map((name) => (name === '' ? folder : `${folder}/${name}`));
  let held: Promise<Lock> | undefined;
  let releasing: Promise<void> | undefined;
  let holders = 0;
  return {
    acquire: async () => {
      holders++;
      held ??= Promise.resolve(releasing).then(() => files.lock(`${folder}/${paths.lock}`, written));
      try {
        await held;
      } catch (thrown) {
        await leave();
        throw lockedLibrary(folder, thrown);
      }
      let released = false;
      return {
        release: async () => {
          if (released) return;
          released = true;
          await leave();
        },
      };
    },
  };

  async function leave(): Promise<void> {
    if (--holders > 0) return;
    const lock = held;
    held = undefined;
    releasing = lock?.then(
      (taken) => taken.release(),
      () => undefined,
    );
    await releasing;
  }
}

/** Keeps every other writer out while it acts, collections among them; the ledger's own writes go on. */
export async function whileLocked<T>(ledger: { lock(): Promise<Lock> }, act: () => Promise<T>): Promise<T> {
  const lock = await ledger.lock();
  try {
    return await act();
  } finally {
    await lock.release();
  }
}

function lockedLibrary(folder: string, thrown: unknown): unknown {
  if (!(thrown instanceof ZooError) || thrown.code !== 'locked') return thrown;
  return new ZooError('library-locked', `another process writes to the library in ${folder}: ${thrown.message}`, {
    cause: thrown,
    hint: `${thrown.hint ?? ''} Or name another library with --library.`.trim(),
    data: thrown.data,
  });
}
