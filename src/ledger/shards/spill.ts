import { ZooError } from '../../core/error.ts';
import type { Files, Lock } from '../../world/files/files.ts';
import { createSorter } from '../forms/line-sorter.ts';

/** Operations on one library that may have something on the disk at once. */
const folders = 64;

/**
 * Lines sorted by a name, in memory while they are few. Many go into a folder of this process's own below `.zoo/`; what a
 * process that was killed left there goes when the next one takes its folder.
 */
export interface Spill {
  put(name: string, line: string): Promise<void> | undefined;
  /** The lines of a name, in the order in which they came; each ends with a line feed. */
  read(name: string): Promise<string>;
  /** Forgets all lines. */
  clear(): Promise<void>;
  /** Leaves nothing on the disk. */
  close(): Promise<void>;
}

/** @param most bytes that wait in memory until they go to the disk */
export function createSpill(files: Files, folder: string, most = 8 << 20): Spill {
  let own: { readonly path: string; readonly lock: Lock } | undefined;
  const createOwn = () => createSorter(files, async () => (own ??= await takeFolder(files, folder)).path);
  let sorter = createOwn();
  const clear = async () => {
    sorter = createOwn();
    if (own !== undefined) await files.remove(own.path);
  };
  return {
    put: (name, line) => {
      sorter.put(name, line);
      return sorter.size() < most ? undefined : sorter.flush();
    },
    read: async (name) => {
      const kept = own === undefined ? undefined : await files.readText(`${own.path}/${name}`);
      return `${kept ?? ''}${sorter.waiting(name)}`;
    },
    clear,
    close: async () => {
      await clear();
      await own?.lock.release();
      own = undefined;
    },
  };
}

/** The first folder that no process has that still lives. What others left that were killed goes now. */
async function takeFolder(files: Files, folder: string) {
  const all = `${folder}/.zoo`;
  for (let number = 0; ; number++) {
    const path = `${all}/spill-${number}`;
    try {
      const lock = await takeAway(files, path);
      const left = (await files.list(all)).flatMap((name) => /^(spill-\d+)(\.lock)?$/.exec(name)?.[1] ?? []);
      for (const name of new Set(left)) await removeDead(files, `${all}/${name}`);
      return { path, lock };
    } catch (thrown) {
      if (!isLocked(thrown) || number === folders) throw thrown;
    }
  }
}

/** Takes a folder, and what is in it away. @throws ZooError `locked` */
async function takeAway(files: Files, path: string): Promise<Lock> {
  const lock = await files.lock(`${path}.lock`);
  await files.remove(path);
  return lock;
}

/** Takes away a folder whose process is gone: by its lock, since the next process could take it at the same time. */
async function removeDead(files: Files, path: string): Promise<void> {
  try {
    await (await takeAway(files, path)).release();
  } catch (thrown) {
    if (!isLocked(thrown)) throw thrown;
  }
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof ZooError && thrown.code === 'locked';
}
