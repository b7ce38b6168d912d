import type { EncodedVector } from '../../core/library/vector.ts';
import type { Files } from '../../world/files/files.ts';
import { paths } from '../layout.ts';

/** Bytes of vectors that are written together: many files that are written together are written far faster. */
const bytesAtOnce = 4 << 20;

/** Writes vectors beside a library, each named by its SHA-256. */
export interface VectorKeeper {
  add(vectors: readonly EncodedVector[]): Promise<void>;
  /** Writes what waits. */
  flush(): Promise<void>;
  /** Removes those that were not there before. */
  discard(): Promise<void>;
}

export function createVectorKeeper(files: Files, folder: string): VectorKeeper {
  const written: string[] = [];
  const waiting = new Map<string, Uint8Array>();
  let size = 0;
  const flush = async () => {
    const fresh: [path: string, bytes: Uint8Array][] = [];
    for (const [path, bytes] of waiting) if (!(await files.exists(path))) fresh.push([path, bytes]);
    written.push(...fresh.map(([path]) => path));
    await files.writeAll(fresh);
    waiting.clear();
    size = 0;
  };
  return {
    flush,
    add: async (vectors) => {
      for (const { reference, bytes } of vectors) {
        waiting.set(`${folder}/${paths.vectors}/${reference.sha256}`, bytes);
        size += bytes.length;
      }
      if (size >= bytesAtOnce) await flush();
    },
    discard: async () => {
      for (const path of written) await files.remove(path);
    },
  };
}
