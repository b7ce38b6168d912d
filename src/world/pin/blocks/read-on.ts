import { type Block, type CidBytes, cidLength } from '../../../core/ipld/cid.ts';
import type { Reader } from '../../files/files.ts';

/** Bytes that are read at once: a leaf of the record tree with its records is about as large. */
const pieceBytes = 128 * 1024;
/** A length in front of a block takes at most this many bytes. */
const varintBytes = 4;

/** The blocks of a CAR of ours from one of them on, whose content lies at a known place. */
export async function* readOn(
  reader: Reader,
  first: CidBytes,
  { offset, length }: { readonly offset: number; readonly length: number },
): AsyncGenerator<Block> {
  let piece: Uint8Array = new Uint8Array(0);
  let start = 0;
  const bytesAt = async (at: number, count: number): Promise<Uint8Array> => {
    if (at < start || at + count > start + piece.length) {
      piece = await reader.read(at, Math.max(count, pieceBytes));
      start = at;
    }
    return piece.subarray(at - start, at - start + count);
  };
  yield { cid: first, bytes: await bytesAt(offset, length) };
  for (let at = offset + length; at < reader.size;) {
    const head = await bytesAt(at, Math.min(varintBytes + cidLength, reader.size - at));
    let [size, used] = [0, 0];
    for (let byte = 0x80; byte >= 0x80; used++) {
      byte = head[used] ?? 0;
      size += (byte & 0x7f) * 2 ** (7 * used);
    }
    const cid = head.slice(used, used + cidLength);
    at += used + cidLength;
    yield { cid, bytes: await bytesAt(at, size - cidLength) };
    at += size - cidLength;
  }
}
