import { type CidBytes, codecOf, digestOf } from '../../../core/ipld/cid.ts';
import { compareBytes } from '../../../core/tree/hashing.ts';
import type { Files, Reader } from '../../files/files.ts';

/** An entry: digest (32 bytes), codec (1), offset of the content (6, big-endian), its length (4). In order of the digests. */
const entryBytes = 43;
/** Indexes up to this size are read whole. */
const readWhole = 8 * 1024 * 1024;

interface BlockPlace {
  readonly offset: number;
  readonly length: number;
}

/** Collects where the blocks of a CAR lie. */
export class IndexBuilder {
  count = 0;
  #entries = new Uint8Array(entryBytes * 1024);

  add(cid: CidBytes, offset: number, length: number): void {
    if ((this.count + 1) * entryBytes > this.#entries.length) {
      const larger = new Uint8Array(this.#entries.length * 2);
      larger.set(this.#entries);
      this.#entries = larger;
    }
    const at = this.count++ * entryBytes;
    this.#entries.set(digestOf(cid), at);
    this.#entries[at + 32] = codecOf(cid);
    const view = new DataView(this.#entries.buffer, at);
    view.setUint16(33, Math.floor(offset / 2 ** 32));
    view.setUint32(35, offset % 2 ** 32);
    view.setUint32(39, length);
  }

  /** The index in order of the digests. */
  encode(): Uint8Array {
    const entries = this.#entries;
    const view = new DataView(entries.buffer);
    const digest = (index: number) => entries.subarray(index * entryBytes, index * entryBytes + 33);
    // Six bytes of the digest as a number decide nearly always.
    const leading = new Float64Array(this.count);
    const order = new Uint32Array(this.count);
    for (let index = 0; index < this.count; index++) {
      leading[index] = view.getUint32(index * entryBytes) * 65_536 + view.getUint16(index * entryBytes + 4);
      order[index] = index;
    }
    order.sort(
      (one, other) => (leading[one] as number) - (leading[other] as number) || compareBytes(digest(one), digest(other)),
    );
    const sorted = new Uint8Array(this.count * entryBytes);
    for (let index = 0; index < this.count; index++) {
      const from = (order[index] as number) * entryBytes;
      sorted.set(entries.subarray(from, from + entryBytes), index * entryBytes);
    }
    return sorted;
  }
}

export interface CarIndex {
  find(cid: CidBytes): Promise<BlockPlace | undefined>;
}

export async function openIndex(files: Files, path: string): Promise<CarIndex> {
  const reader = await files.open(path);
  const count = Math.floor(reader.size / entryBytes);
  if (reader.size > readWhole) return { find: (cid) => search(cid, count, (index) => readEntry(reader, index)) };
  const all = await reader.read(0, reader.size);
  await reader.close();
  return { find: (cid) => search(cid, count, (index) => all.subarray(index * entryBytes, (index + 1) * entryBytes)) };
}

function readEntry(reader: Reader, index: number): Promise<Uint8Array> {
  return reader.read(index * entryBytes, entryBytes);
}

async function search(
  cid: CidBytes,
  count: number,
  entryAt: (index: number) => Promise<Uint8Array> | Uint8Array,
): Promise<BlockPlace | undefined> {
  const wanted = new Uint8Array(33);
  wanted.set(digestOf(cid));
  wanted[32] = codecOf(cid);
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = await entryAt(middle);
    const difference = compareBytes(entry.subarray(0, 33), wanted);
    if (difference === 0) {
      const view = new DataView(entry.buffer, entry.byteOffset);
      return { offset: view.getUint16(33) * 2 ** 32 + view.getUint32(35), length: view.getUint32(39) };
    }
    if (difference < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}
