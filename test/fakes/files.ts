import { ZooError } from '../../src/core/error.ts';
import type { Files } from '../../src/world/files/files.ts';

/** What goes wrong at the n-th step (from 0) that changes something. A torn write keeps the first half of an append. */
export interface Fault {
  readonly at: number;
  readonly kind: 'stop' | 'torn' | 'disk-full' | 'read-only';
  /** How many steps fail; all further ones when left out. */
  readonly steps?: number;
}

/** The process is gone: nothing that it tries from now on happens. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export interface MemoryFiles extends Files {
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Steps that changed something so far. */
  readonly steps: number;
  /** The same files after the process ended: its locks are dead, its faults gone. */
  restart(fault?: Fault): MemoryFiles;
  set(path: string, data: string | Uint8Array): void;
  text(path: string): string | undefined;
}

/** Files in memory, in which any single step can fail or be the last one. */
export function memoryFiles(fault?: Fault, contents: Map<string, Uint8Array> = new Map()): MemoryFiles {
  const locks = new Set<string>();
  let steps = 0;

  /** Runs one change, unless the fault is due. `half` is what a torn step leaves behind. */
  function step(change: () => void, half: () => void = () => undefined): void {
    const number = steps++;
    const due =
      fault !== undefined && number >= fault.at && (fault.steps === undefined || number < fault.at + fault.steps);
    if (!due) return change();
    if (fault.kind === 'torn' && number === fault.at) half();
    if (fault.kind === 'disk-full') throw new ZooError('disk-full', 'no space is left on the device');
    if (fault.kind === 'read-only') throw new ZooError('read-only', 'the file system is mounted read-only');
    throw new Stopped(`stopped at step ${number}`);
  }

  const files: MemoryFiles = {
    contents,
    get steps() {
      return steps;
    },
    restart: (next) => memoryFiles(next, new Map(contents)),
    set: (path, data) => void contents.set(path, bytesOf(data)),
    text: (path) => textOf(contents.get(path)),
    read: async (path) => found(path),
    readText: async (path) => textOf(contents.get(path)),
    writeAtomic: async (path, data) => step(() => contents.set(path, bytesOf(data))),
    writeAll: async (entries) => {
      for (const [path, data] of entries) step(() => contents.set(path, bytesOf(data)));
    },
    list: async (folder) => {
      const names = new Set<string>();
      for (const path of contents.keys())
        if (path.startsWith(`${folder}/`)) names.add(path.slice(folder.length + 1).split('/')[0] as string);
      return [...names].sort();
    },
    exists: async (path) => contents.has(path) || [...contents.keys()].some((known) => known.startsWith(`${path}/`)),
    makeFolder: async () => undefined,
    remove: async (path) =>
      step(() => {
        for (const known of contents.keys()) if (known === path || known.startsWith(`${path}/`)) contents.delete(known);
      }),
    truncate: async (path, size) => step(() => contents.set(path, found(path).slice(0, size))),
    append: async (path) => {
      if (!contents.has(path)) step(() => contents.set(path, new Uint8Array(0)));
      return {
        get size() {
          return found(path).length;
        },
        write: async (data) => {
          const bytes = bytesOf(data);
          step(
            () => contents.set(path, joined(found(path), bytes)),
            () => contents.set(path, joined(found(path), bytes.slice(0, bytes.length / 2))),
          );
        },
        sync: async () => step(() => undefined),
        close: async () => undefined,
      };
    },
    open: async (path) => ({
      size: found(path).length,
      read: async (offset, length, into) => {
        const bytes = found(path).slice(offset, offset + length);
        into?.set(bytes);
        return into?.subarray(0, bytes.length) ?? bytes;
      },
      close: async () => undefined,
    }),
    lock: async (path) => {
      if (locks.has(path)) throw new ZooError('locked', `${path} is held by this test`);
      locks.add(path);
      return { release: async () => void locks.delete(path) };
    },
    lockedBy: async (path) => (locks.has(path) ? 'this test' : undefined),
  };
  return files;

  function found(path: string): Uint8Array {
    const bytes = contents.get(path);
    if (bytes === undefined) throw new ZooError('not-found', `cannot read ${path}: there is no such file (ENOENT)`);
    return bytes;
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data.slice();
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}
