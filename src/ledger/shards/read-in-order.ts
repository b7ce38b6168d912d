import { firstWhere } from '../../core/bisect.ts';
import { compareText } from '../../core/compare-text.ts';
import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { createNumbers } from '../../core/numbers.ts';
import { paths } from '../layout.ts';
import { idsOfOrder } from './order-text.ts';
import { recordOfPart } from './parts.ts';
import type { Shards } from './shards.ts';

/**
 * Where the records of a library lie. A record's rank is how many records have a lower key: its leaf in the records
 * tree. Held are 13 bytes a record: 17 MB at a million, with the order.
 */
export interface Locations {
  readonly count: number;
  /** By rank: the shard, as an index into its names. */
  readonly shard: Uint8Array;
  /** By rank: where the record's line begins and ends in the text of its shard, in UTF-16 units. */
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** Ranks in the order of the library. What `order.txt` does not name comes last, oldest first. */
  readonly order: Uint32Array;
}

/**
 * Reads every shard once and finds where each record lies.
 *
 * @param visit is told every record with its rank, by rank; without it records are not parsed
 */
export async function locateRecords(
  shards: Shards,
  sha256: Sha256,
  visit?: (record: Experience, rank: number) => void,
): Promise<Locations> {
  const places = sortOrder(await shards.order(), sha256);
  const [start, end, shard] = [createNumbers(), createNumbers(), createNumbers()];
  /** By place in `order.txt`: one more than the rank. */
  const rankAt = new Uint32Array(places.count);
  const unnamed: { readonly rank: number; readonly at: string; readonly id: string }[] = [];
  for (const [index, name] of shards.names.entries()) {
    const text = await shards.text(name);
    const placeOf = places.ofShard(name);
    for (const line of await linesByKey(shards, name, text)) {
      const rank = start.count();
      start.add(line.start);
      end.add(line.end);
      shard.add(index);
      const place = placeOf.get(line.id);
      if (place !== undefined && rankAt[place] === 0) rankAt[place] = rank + 1;
      if (place !== undefined && visit === undefined) continue;
      const record = parseRecord(text.slice(line.start, line.end), name);
      if (place === undefined) unnamed.push({ rank, at: record.metadata.created_at, id: record.id });
      visit?.(record, rank);
    }
  }
  unnamed.sort((one, other) => compareText(one.at, other.at) || compareText(one.id, other.id));
  const count = start.count();
  const order = new Uint32Array(count);
  let next = 0;
  for (const rank of rankAt) if (rank > 0) order[next++] = rank - 1;
  for (const { rank } of unnamed) order[next++] = rank;
  return { count, shard: Uint8Array.from(shard.all()), start: start.all(), end: end.all(), order };
}

/** The places of `order.txt`, by shard: 8 bytes each beside its text. */
export function sortOrder(text: string, sha256: Sha256) {
  const starts = createNumbers();
  const shardAt = createNumbers();
  const counts = new Uint32Array(257);
  let at = 0;
  for (const id of idsOfOrder(text)) {
    at = text.indexOf(id, at);
    const shard = sha256(id)[0] ?? 0;
    starts.add(at);
    shardAt.add(shard);
    counts[shard + 1] = (counts[shard + 1] ?? 0) + 1;
    at += id.length;
  }
  const count = starts.count();
  for (let shard = 1; shard <= 256; shard++) counts[shard] = (counts[shard] ?? 0) + (counts[shard - 1] ?? 0);
  const sorted = new Uint32Array(count);
  const next = counts.slice(0, 256);
  for (const [place, shard] of shardAt.all().entries()) {
    const free = next[shard] ?? 0;
    sorted[free] = place;
    next[shard] = free + 1;
  }
  const startOf = starts.all();

  function* idsOfShard(name: string): Generator<readonly [id: string, place: number]> {
    const shard = Number.parseInt(name, 16);
    for (const place of sorted.subarray(counts[shard], counts[shard + 1])) {
      const from = startOf[place] ?? 0;
      const to = text.indexOf('\n', from);
      yield [text.slice(from, to === -1 ? text.length : to), place];
    }
  }

  return {
    count,
    idsOfShard,
    /** Of an id that stands twice the first place counts. */
    ofShard: (name: string): ReadonlyMap<string, number> => {
      const found = new Map<string, number>();
      for (const [id, place] of idsOfShard(name)) if (!found.has(id)) found.set(id, place);
      return found;
    },
  };
}

interface Line {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/** As zoo writes a shard its lines are in order of the keys, but nobody else has to. */
async function linesByKey(shards: Shards, name: string, text: string): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    if (end > start) lines.push({ id: idOfLine(text.slice(start, end), name), start, end });
    start = end + 1;
  }
  const ids = (await shards.entries(name)).ids();
  if (ids.length === lines.length && ids.every((id, index) => id === lines[index]?.id)) return lines;
  const ranks = new Map(ids.map((id, rank) => [id, rank]));
  return lines.sort((one, other) => (ranks.get(one.id) ?? 0) - (ranks.get(other.id) ?? 0));
}

/** In canonical JSON no other key is written so, and no string can hold it unescaped. */
const idKey = '"id":"';

function idOfLine(line: string, shard: string): string {
  const at = line.indexOf(idKey);
  if (at === -1) return parseRecord(line, shard).id;
  return line.slice(at + idKey.length, line.indexOf('"', at + idKey.length));
}

function parseRecord(line: string, shard: string): Experience {
  return recordOfPart(line, `a line of ${paths.records}/${shard}.jsonl`);
}

/** All records, by rank. */
export async function* recordsByRank(shards: Shards): AsyncGenerator<Experience> {
  for (const name of shards.names) yield* await shardByRank(shards, name);
}

export async function shardByRank(shards: Shards, name: string): Promise<readonly Experience[]> {
  const text = await shards.text(name);
  const lines = await linesByKey(shards, name, text);
  return lines.map(({ start, end }) => parseRecord(text.slice(start, end), name));
}

/** Bytes of records that are gathered from all shards, to be told one after the other. */
const windowBytes = 48 << 20;

/**
 * Records in any order of their ranks, each as its line of JSON: all shards are read once for every 48 MB of records.
 */
async function* linesInOrder(
  shards: Shards,
  { shard, start, end }: Locations,
  sequence: Uint32Array,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // Used for one window after the other: as garbage it would lie about in memory for long.
  const bytes = createBytes();
  for (let first = 0; first < sequence.length;) {
    let last = first;
    let units = 0;
    for (; last < sequence.length && units < windowBytes; last++) units += lengthOf(sequence[last] ?? 0);
    const ranks = sequence.subarray(first, last);
    const byRank = ranks.toSorted();
    bytes.clear(units);
    const offsets = new Uint32Array(ranks.length);
    const ends = new Uint32Array(ranks.length);
    let text = '';
    let open = -1;
    for (const [index, rank] of byRank.entries()) {
      const own = shard[rank] ?? 0;
      if (own !== open) {
        text = await shards.text(shards.names[own] ?? '');
        open = own;
      }
      const line = text.slice(start[rank], end[rank]);
      offsets[index] = bytes.used;
      bytes.put(line);
      ends[index] = bytes.used;
    }
    text = '';
    for (const rank of ranks) {
      const index = firstWhere(0, byRank.length, (place) => (byRank[place] ?? 0) >= rank);
      yield decoder.decode(bytes.all().subarray(offsets[index], ends[index]));
    }
    first = last;
  }

  function lengthOf(rank: number): number {
    return (end[rank] ?? 0) - (start[rank] ?? 0);
  }
}

/** The same, parsed. @param sequence ranks; all in the order of the library unless given */
export async function* recordsInOrder(
  shards: Shards,
  locations: Locations,
  sequence: Uint32Array = locations.order,
): AsyncGenerator<Experience> {
  let index = 0;
  for await (const line of linesInOrder(shards, locations, sequence)) {
    const shard = shards.names[locations.shard[sequence[index++] ?? 0] ?? 0] ?? '';
    yield parseRecord(line, shard);
  }
}

function createBytes() {
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(0);
  return {
    used: 0,
    all: () => bytes,
    /** @param units UTF-16 units that are to come; a unit takes three bytes at most, most take one */
    clear(units: number) {
      this.used = 0;
      if (bytes.length < units) bytes = new Uint8Array(units + (units >> 4) + 4096);
    },
    put(text: string) {
      if (this.used + text.length * 3 > bytes.length) {
        const larger = new Uint8Array(bytes.length + Math.max(text.length * 3, bytes.length >> 2));
        larger.set(bytes.subarray(0, this.used));
        bytes = larger;
      }
      this.used += encoder.encodeInto(text, bytes.subarray(this.used)).written;
    },
  };
}
