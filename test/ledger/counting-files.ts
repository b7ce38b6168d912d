import { toHex } from '../../src/core/digest.ts';
import type { Files } from '../../src/world/files/files.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import type { MemoryFiles } from '../fakes/files.ts';

export interface CountingFiles extends Files {
  /** Shards of the working library, and parts of versions, that were read since this was last asked. */
  shardsRead(): readonly string[];
}

/** Files that tell which shards are read, and when a file changes. */
export function countingFiles(files: MemoryFiles): CountingFiles {
  let read: string[] = [];
  const note = (path: string) => {
    if (/\/records\/..\.jsonl$|\/packs\//.test(path)) read.push(path);
  };
  return {
    ...files,
    read: (path) => (note(path), files.read(path)),
    readText: (path) => (note(path), files.readText(path)),
    stamp: (path) => {
      const bytes = files.contents.get(path);
      return Promise.resolve(bytes === undefined ? undefined : toHex(sha256(bytes)));
    },
    shardsRead: () => {
      const found = [...new Set(read)];
      read = [];
      return found;
    },
  };
}
