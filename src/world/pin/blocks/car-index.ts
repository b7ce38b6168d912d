import { firstWhere } from '../../../core/bisect.ts';
import { type CidBytes, codecOf, digestOf } from '../../../core/ipld/cid.ts';
import { compareBytes } from '../../../core/tree/hashing.ts';
import type { Reader } from '../../files/files.ts';

/** An entry: digest (32 bytes), codec (1), offset of the content (6, big-endian), its length (4). In order of the digests. */
const entryBytes = 43;
const keyBytes = 33;
/** Indexes up to this size are read whole. */
const readWhole = 1024 * 1024;
/** Entries of a larger one that are read at once; the first of each such group stays in memory. */
const groupEntries = 64;
const groupBytes = groupEntries * entryBytes;

interface BlockPlace {
  readonly offset: number;
  readonly length: number;
}

/** Entries that lie in one piece of memory while the index grows. */
const pieceEntries = 4096;

/** Collects where the blocks of a CAR lie. */
export class IndexBuilder {
  count = 0;
  readonly #pieces: Uint8Array[] = [];

  add(cid: CidBytes, offset: number, length: number): void {
    const place = this.count++ % pieceEntries;
    if (place === 0) this.#pieces.push(new Uint8Array(pieceEntries * entryBytes));
    const piece = this.#pieces.at(-1) as Uint8Array;
    const at = place * entryBytes;
    piece.set(digestOf(cid), at);
    piece[at + 32] = codecOf(cid);
    const view = new DataView(piece.buffer, at);
    view.setUint16(33, Math.floor(offset / 2 ** 32));
    view.setUint32(35, offset % 2 ** 32);
    view.setUint32(39, length);
  }

  /** The index in order of the digests, in pieces. */
  *encode(): Generator<Uint8Array> {
    const order = this.#order();
    for (let start = 0; start < order.length; start += pieceEntries) {
      const some = order.subarray(start, start + pieceEntries);
      const piece = new Uint8Array(some.length * entryBytes);
      for (const [place, index] of some.entries()) piece.set(this.#entry(index), place * entryBytes);
      yield piece;
    }
  }

  #entry(index: number, length = entryBytes): Uint8Array {
    const at = (index % pieceEntries) * entryBytes;
    return (this.#pieces[Math.floor(index / pieceEntries)] as Uint8Array).subarray(at, at + length);
  }

  /** Numbers of the entries in order of their digests: counted out by two bytes, then few at a time are compared. */
  #order(): Uint32Array {
    const ends = new Uint32Array(65_537);
    const leading = (index: number): number => {
      const entry = this.#entry(index);
      return ((entry[0] as number) << 8) | (entry[1] as number);
    };
    for (let index = 0; index < this.count; index++) (ends[leading(index) + 1] as number)++;
    for (let bucket = 0; bucket < 65_536; bucket++) (ends[bucket + 1] as number) += ends[bucket] as number;
    const order = new Uint32Array(this.count);
    const next = ends.slice();
    for (let index = 0; index < this.count; index++) order[(next[leading(index)] as number)++] = index;
    const compare = (one: number, other: number) =>
      compareBytes(this.#entry(one, keyBytes), this.#entry(other, keyBytes));
    for (let bucket = 0; bucket < 65_536; bucket++) {
      const [start, end] = [ends[bucket] as number, ends[bucket + 1] as number];
      if (end - start > 1) order.subarray(start, end).sort(compare);
    }
    return order;
  }
}

export interface CarIndex {
  find(cid: CidBytes): Promise<BlockPlace | undefined>;
}

/** Opens the index's file for one reading, and closes it. */
type Reading = <T>(act: (reader: Reader) => Promise<T>) => Promise<T>;

/** Of a large index the first entry of each group is kept, so that finding one takes one reading of the disk. */
export async function openIndex(reading: Reading): Promise<CarIndex> {
  return await reading(async (reader) => {
    if (reader.size > readWhole) {
      const firsts = await firstOfGroups(reader);
      return { find: (cid) => reading((again) => findInGroups(again, firsts, keyOf(cid))) };
    }
    const all = await reader.read(0, reader.size);
    return { find: async (cid) => search(all, keyOf(cid)) };
  });
}

async function firstOfGroups(reader: Reader): Promise<Uint8Array> {
  const groups = Math.ceil(reader.size / groupBytes);
  const firsts = new Uint8Array(groups * keyBytes);
  const atOnce = 512;
  for (let group = 0; group < groups; group += atOnce) {
    const some = await reader.read(group * groupBytes, atOnce * groupBytes);
    for (let at = 0, place = group; at < some.length; at += groupBytes, place++)
      firsts.set(some.subarray(at, at + keyBytes), place * keyBytes);
  }
  return firsts;
}

async function findInGroups(reader: Reader, firsts: Uint8Array, key: Uint8Array): Promise<BlockPlace | undefined> {
  const group = lastNotAfter(firsts, keyBytes, key);
  return group === -1 ? undefined : search(await reader.read(group * groupBytes, groupBytes), key);
}

function search(entries: Uint8Array, key: Uint8Array): BlockPlace | undefined {
  const place = lastNotAfter(entries, entryBytes, key);
  if (place === -1) return undefined;
  const entry = entries.subarray(place * entryBytes, (place + 1) * entryBytes);
  if (compareBytes(entry.subarray(0, keyBytes), key) !== 0) return undefined;
  const view = new DataView(entry.buffer, entry.byteOffset);
  return { offset: view.getUint16(33) * 2 ** 32 + view.getUint32(35), length: view.getUint32(39) };
}

/** The last of entries in order that a key is not before; -1 when it is before all. */
function lastNotAfter(entries: Uint8Array, stride: number, key: Uint8Array): number {
  const keyAt = (place: number) => entries.subarray(place * stride, place * stride + keyBytes);
  return firstWhere(0, Math.floor(entries.length / stride), (place) => compareBytes(keyAt(place), key) > 0) - 1;
}

function keyOf(cid: CidBytes): Uint8Array {
  const key = new Uint8Array(keyBytes);
  key.set(digestOf(cid));
  key[32] = codecOf(cid);
  return key;
}
