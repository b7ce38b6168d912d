import type { Files } from '../../world/files/files.ts';

/** Sorts lines into files of a folder, in memory until they are flushed. */
export interface LineSorter {
  /** Names of the files that something was put into. */
  readonly names: ReadonlySet<string>;
  /** Bytes that wait. */
  size(): number;
  put(name: string, line: string): void;
  /** What waits for a file. */
  waiting(name: string): string;
  flush(): Promise<void>;
}

interface Waiting {
  bytes: Uint8Array;
  used: number;
}

/** Bytes, not strings: one that was put together of pieces takes many times its length. */
export function createSorter(files: Files, folder: string | (() => Promise<string>)): LineSorter {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const names = new Set<string>();
  const waiting = new Map<string, Waiting>();
  let size = 0;
  return {
    names,
    size: () => size,
    put: (name, line) => {
      names.add(name);
      const into = waiting.get(name) ?? { bytes: new Uint8Array(4096), used: 0 };
      waiting.set(name, into);
      // A UTF-16 unit takes three bytes at most.
      makeRoom(into, line.length * 3 + 1);
      const { written } = encoder.encodeInto(line, into.bytes.subarray(into.used));
      into.used += written;
      into.bytes[into.used++] = 10;
      size += written + 1;
    },
    waiting: (name) => {
      const from = waiting.get(name);
      return from === undefined ? '' : decoder.decode(from.bytes.subarray(0, from.used));
    },
    flush: async () => {
      const into = typeof folder === 'string' ? folder : await folder();
      for (const [name, held] of waiting) {
        const { bytes, used } = held;
        // Where lines come file by file, no more come for it.
        if (used === 0) waiting.delete(name);
        if (used === 0) continue;
        const appender = await files.append(`${into}/${name}`);
        try {
          await appender.write(bytes.subarray(0, used));
        } finally {
          await appender.close();
        }
        // The bytes are used again: as garbage they would lie about in memory for long.
        held.used = 0;
      }
      size = 0;
    },
  };
}

function makeRoom(into: Waiting, length: number): void {
  if (into.used + length <= into.bytes.length) return;
  const larger = new Uint8Array(Math.max(into.bytes.length * 2, into.used + length));
  larger.set(into.bytes.subarray(0, into.used));
  into.bytes = larger;
}
