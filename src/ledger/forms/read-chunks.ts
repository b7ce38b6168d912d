import type { Files } from '../../world/files/files.ts';

const chunkSize = 1 << 20;

/** The text of a file piece by piece, whatever its size, without a byte order mark. */
export async function* readChunks(files: Files, path: string): AsyncGenerator<string> {
  const reader = await files.open(path);
  try {
    const decoder = new TextDecoder();
    for (let offset = 0; offset < reader.size; offset += chunkSize)
      yield decoder.decode(await reader.read(offset, chunkSize), { stream: true });
    yield decoder.decode();
  } finally {
    await reader.close();
  }
}
