import type { Reader } from '../files/files.ts';

export interface Line {
  /** Without the newline; valid until the next line is asked for. */
  readonly bytes: Buffer;
  readonly offset: number;
  /** False for bytes at the end of the file that no newline follows. */
  readonly ended: boolean;
}

const newline = 10;

/** The lines of a file from byte `from` on and before byte `to`, read a chunk at a time. */
export async function* scanLines(reader: Reader, from: number, to: number, chunkSize = 1 << 20): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let restOffset = from;
  for (let position = from; position < to;) {
    const chunk = asBuffer(await reader.read(position, Math.min(chunkSize, to - position)));
    if (chunk.length === 0) break;
    position += chunk.length;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    // What was left over holds no newline: look only behind it.
    for (let end = bytes.indexOf(newline, rest.length); end !== -1; end = bytes.indexOf(newline, start)) {
      yield { bytes: bytes.subarray(start, end), offset: restOffset + start, ended: true };
      start = end + 1;
    }
    rest = bytes.subarray(start);
    restOffset += start;
  }
  if (rest.length > 0) yield { bytes: rest, offset: restOffset, ended: false };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
