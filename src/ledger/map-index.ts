import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { type Difference, findDifferences, proveDifference } from '../core/tree/difference.ts';
import { type CertifiedChange, encodeCertificate } from '../core/tree/difference-certificate.ts';
import { equalBytes, hashLength } from '../core/tree/hashing.ts';
import { type MapCursor, cursorOf } from '../core/tree/map-cursor.ts';
import {
  type MapEntries,
  type MapHasher,
  createMapHasher,
  emptySubtree,
  hashSubtree,
  keyAt,
  splitAt,
} from '../core/tree/merkle-map.ts';
import type { Reader } from '../world/files/files.ts';

/**
 * The map of a library as a file, from which a part can be read: a rebuildable index, never the truth. Its entries are
 * cut into buckets by the first `bits` of their keys; the hash of every bucket stands in front.
 *
 * Layout, numbers little-endian: `ZOOINDX1`; count, bits (32 bits each); start of every bucket and the end (32 bits
 * each); hash of every bucket; keys; values; offsets of the ids and their end (32 bits each); the ids.
 */
const magic = new TextEncoder().encode('ZOOINDX1');
const headLength = magic.length + 8;

/** Entries in a bucket, about; a certificate rehashes a few buckets and reads the hashes of all. */
const entriesPerBucket = 16;
const maximumBits = 20;

/** @param ids in the order of the entries */
export function encodeMapIndex(entries: MapEntries, ids: readonly string[], sha256: Sha256): Uint8Array {
  const bits = Math.min(maximumBits, Math.max(0, Math.ceil(Math.log2(entries.count / entriesPerBucket))));
  const buckets = 2 ** bits;
  const hasher = createMapHasher(sha256);
  const starts = new Uint32Array(buckets + 1);
  const hashes = new Uint8Array(buckets * hashLength);
  let bucket = 0;
  fill(0, entries.count, 0);
  starts[buckets] = entries.count;

  const names = new TextEncoder().encode(ids.join(''));
  const offsets = new Uint32Array(ids.length + 1);
  for (const [index, id] of ids.entries()) offsets[index + 1] = (offsets[index] as number) + id.length;
  const head = new Uint8Array(headLength);
  head.set(magic);
  new Uint32Array(head.buffer, magic.length).set([entries.count, bits]);
  return joined([head, bytesOf(starts), hashes, entries.keys, entries.values, bytesOf(offsets), names]);

  function fill(start: number, end: number, depth: number): void {
    if (depth === bits) {
      starts[bucket] = start;
      hashes.set(hashSubtree(hasher, entries, start, end, depth), bucket * hashLength);
      bucket++;
      return;
    }
    const middle = splitAt(entries, start, end, depth);
    fill(start, middle, depth + 1);
    fill(middle, end, depth + 1);
  }
}

interface MapIndex {
  readonly reader: Reader;
  readonly count: number;
  readonly bits: number;
  readonly starts: Uint32Array;
  readonly hashes: Uint8Array;
  /** Where keys, values and offsets of ids begin. */
  readonly keys: number;
}

async function readHead(reader: Reader): Promise<MapIndex> {
  const head = await reader.read(0, headLength);
  const [count = -1, bits = -1] = head.length === headLength ? numbers(head.subarray(magic.length)) : [];
  if (!equalBytes(head.subarray(0, magic.length), magic) || bits < 0 || bits > maximumBits) throw notAnIndex();
  const buckets = 2 ** bits;
  const table = await reader.read(headLength, (buckets + 1) * 4 + buckets * hashLength);
  const starts = numbers(table.subarray(0, (buckets + 1) * 4));
  const hashes = table.subarray((buckets + 1) * 4);
  if (starts.at(-1) !== count || hashes.length !== buckets * hashLength) throw notAnIndex();
  return { reader, count, bits, starts, hashes, keys: headLength + table.length };
}

/**
 * The certificate of the difference between two maps, from their indexes: reads the hashes of all buckets, and the
 * entries of those that differ.
 */
export async function certifyIndexes(
  beforeReader: Reader,
  afterReader: Reader,
  sha256: Sha256,
): Promise<{ readonly bytes: Uint8Array; readonly changes: readonly CertifiedChange[]; readonly roots: IndexRoots }> {
  const hasher = createMapHasher(sha256);
  const [before, after] = [await readHead(beforeReader), await readHead(afterReader)];
  const bits = Math.min(before.bits, after.bits);
  const [old, next] = [foldTo(before, bits, hasher), foldTo(after, bits, hasher)];
  const changed = Array.from({ length: 2 ** bits }, (_, bucket) => bucket).filter(
    (bucket) => !equalBytes(hashAt(old, bits, bucket), hashAt(next, bits, bucket)),
  );
  const oldBuckets = await loadBuckets(before, old, bits, changed);
  const nextBuckets = await loadBuckets(after, next, bits, changed);
  const differences: Difference[] = [];
  const changes: CertifiedChange[] = [];
  for (const bucket of changed) {
    const [was, is] = [oldBuckets.get(bucket), nextBuckets.get(bucket)];
    if (was === undefined || is === undefined) throw notAnIndex();
    for (const difference of findDifferences(was.entries, is.entries)) {
      differences.push(difference);
      changes.push({ id: idOf(difference, was, is), before: difference.before, after: difference.after });
    }
  }
  const oldCursor = cursorOfIndex(hasher, old, bits, oldBuckets, 0, 0);
  const nextCursor = cursorOfIndex(hasher, next, bits, nextBuckets, 0, 0);
  const tree = proveDifference(oldCursor, nextCursor, differences);
  return {
    bytes: encodeCertificate(changes, tree),
    changes,
    roots: { before: oldCursor.hash(), after: nextCursor.hash() },
  };
}

export interface IndexRoots {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Hashes and starts of the nodes of every level from the root down to `bits`. */
interface Levels {
  readonly hashes: readonly Uint8Array[];
  /** Of the deepest level. */
  readonly starts: Uint32Array;
}

/** Joins buckets upwards to the root; an index that is cut finer is joined down to `bits` on the way. */
function foldTo(index: MapIndex, bits: number, hasher: MapHasher): Levels {
  const hashes: Uint8Array[] = [];
  let level = index.hashes;
  for (let depth = index.bits; ; depth--) {
    if (depth <= bits) hashes[depth] = level;
    if (depth === 0) break;
    const above = new Uint8Array(level.length / 2);
    const width = 2 ** (index.bits - depth);
    for (let node = 0; node < above.length / hashLength; node++) {
      const [start = 0, middle = 0, end = 0] = [0, 1, 2].map((half) => index.starts[(node * 2 + half) * width]);
      const left = level.subarray(node * 2 * hashLength, (node * 2 + 1) * hashLength);
      const right = level.subarray((node * 2 + 1) * hashLength, (node * 2 + 2) * hashLength);
      above.set(joinSubtrees(hasher, left, middle - start, right, end - middle), node * hashLength);
    }
    level = above;
  }
  const width = 2 ** (index.bits - bits);
  const starts = Uint32Array.from({ length: 2 ** bits + 1 }, (_, bucket) => index.starts[bucket * width] as number);
  return { hashes, starts };
}

function joinSubtrees(
  hasher: MapHasher,
  left: Uint8Array,
  leftCount: number,
  right: Uint8Array,
  rightCount: number,
): Uint8Array {
  if (leftCount + rightCount === 0) return emptySubtree;
  if (leftCount + rightCount === 1) return leftCount === 1 ? left : right;
  return hasher.node(left, right);
}

function hashAt(levels: Levels, depth: number, node: number): Uint8Array {
  return (levels.hashes[depth] as Uint8Array).subarray(node * hashLength, (node + 1) * hashLength);
}

interface Bucket {
  readonly entries: MapEntries;
  readonly ids: readonly string[];
}

/** The changed buckets, and those whose only entry stands alone beside the way to one: a certificate may show it. */
async function loadBuckets(
  index: MapIndex,
  levels: Levels,
  bits: number,
  changed: readonly number[],
): Promise<Map<number, Bucket>> {
  const wanted = new Set(changed);
  for (const bucket of changed)
    for (let width = 1; width < 2 ** bits; width *= 2) {
      const sibling = (Math.floor(bucket / width) ^ 1) * width;
      if ((levels.starts[sibling + width] as number) - (levels.starts[sibling] as number) !== 1) continue;
      let place = sibling;
      while (levels.starts[place] === levels.starts[place + 1]) place++;
      wanted.add(place);
    }
  const loaded = new Map<number, Bucket>();
  for (const bucket of wanted)
    loaded.set(bucket, await readEntries(index, levels.starts[bucket] as number, levels.starts[bucket + 1] as number));
  return loaded;
}

async function readEntries(index: MapIndex, start: number, end: number): Promise<Bucket> {
  const { reader, keys, count } = index;
  const length = (end - start) * hashLength;
  const values = keys + count * hashLength;
  const offsets = values + count * hashLength;
  const names = offsets + (count + 1) * 4;
  const ends = numbers(await reader.read(offsets + start * 4, (end - start + 1) * 4));
  const [from = 0, to = 0] = [ends[0], ends.at(-1)];
  const text = new TextDecoder().decode(await reader.read(names + from, to - from));
  return {
    entries: {
      count: end - start,
      keys: await reader.read(keys + start * hashLength, length),
      values: await reader.read(values + start * hashLength, length),
    },
    ids: Array.from({ length: end - start }, (_, place) =>
      text.slice((ends[place] as number) - from, (ends[place + 1] as number) - from),
    ),
  };
}

/** The node of an index at a depth, counted from the left; below the buckets only those that were loaded can be seen. */
function cursorOfIndex(
  hasher: MapHasher,
  levels: Levels,
  bits: number,
  buckets: ReadonlyMap<number, Bucket>,
  depth: number,
  node: number,
): MapCursor {
  const width = 2 ** (bits - depth);
  const count = (levels.starts[(node + 1) * width] as number) - (levels.starts[node * width] as number);
  const below = (): MapCursor => {
    const bucket = buckets.get(node);
    if (bucket === undefined) throw notAnIndex();
    return cursorOf(hasher, bucket.entries, 0, bucket.entries.count, depth);
  };
  return {
    count,
    hash: () => new Uint8Array(hashAt(levels, depth, node)),
    children: () =>
      depth === bits
        ? below().children()
        : [
            cursorOfIndex(hasher, levels, bits, buckets, depth + 1, node * 2),
            cursorOfIndex(hasher, levels, bits, buckets, depth + 1, node * 2 + 1),
          ],
    lone: () => {
      if (depth === bits) return below().lone();
      let place = node * width;
      while (levels.starts[place] === levels.starts[place + 1]) place++;
      return cursorOfIndex(hasher, levels, bits, buckets, bits, place).lone();
    },
  };
}

function idOf(difference: Difference, was: Bucket, is: Bucket): string {
  for (const { entries, ids } of [was, is])
    for (const [place, id] of ids.entries()) if (equalBytes(keyAt(entries, place), difference.key)) return id;
  throw notAnIndex();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function bytesOf(values: Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A copy, because what was read need not lie at a multiple of four. */
function numbers(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}

function notAnIndex(): ZooError {
  return new ZooError('index-damaged', 'the index of the library does not read as written', {
    hint: 'Remove the folder .zoo/index in the library: it is made anew.',
  });
}
