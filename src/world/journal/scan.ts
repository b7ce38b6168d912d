import type { Reader } from '../files/files.ts';

export interface Line {
  /** Without the newline; valid until the next line is asked for. */
  readonly bytes: Buffer;
  readonly offset: number;
  /** False for bytes at the end of the file that no newline follows. */
  readonly ended: boolean;
}

const newline = 10;

/**
 * The lines of a file from byte `from` on and before byte `to`, read a chunk at a time into one buffer, which grows to
 * what the longest line needs.
 */
export async function* scanLines(reader: Reader, from: number, to: number, chunkSize = 1 << 18): AsyncGenerator<Line> {
  let buffer = Buffer.allocUnsafeSlow(chunkSize);
  /** Bytes in the buffer: the beginning of a line, which stands in the file before `position`. */
  let held = 0;
  let position = from;
  while (position < to) {
    if (held > buffer.length / 2) buffer = Buffer.concat([buffer], 2 * buffer.length);
    const room = buffer.subarray(held);
    const { length } = await reader.read(position, Math.min(room.length, to - position), room);
    if (length === 0) break;
    const bytes = buffer.subarray(0, held + length);
    const offset = position - held;
    position += length;
    let start = 0;
    // What was held over has no newline: look only behind it.
    for (let end = bytes.indexOf(newline, held); end !== -1; end = bytes.indexOf(newline, start)) {
      yield { bytes: bytes.subarray(start, end), offset: offset + start, ended: true };
      start = end + 1;
    }
    buffer.copyWithin(0, start, bytes.length);
    held = bytes.length - start;
  }
  if (held > 0) yield { bytes: buffer.subarray(0, held), offset: position - held, ended: false };
}
