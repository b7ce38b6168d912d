import { each } from '../core/each.ts';
import { messageOf } from '../core/error.ts';
import { type Block, type CidBytes, cidKey, codecOf, codecs, digestOf, formatCid } from '../core/ipld/cid.ts';
import type { Experience } from '../core/library/experience.ts';
import { ingestExperience } from '../core/library/ingest.ts';
import { parseStrictJson } from '../core/library/strict-json.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { compareBytes, hashLength } from '../core/tree/hashing.ts';
import { recordKey } from '../core/tree/library-roots.ts';
import type { MapEntries } from '../core/tree/merkle-map.ts';
import { decodeRecords, fanOut, recordsPerLeaf } from './manifest.ts';
import type { Reading } from './reading.ts';
import { decodeText, tooMany, unverified } from './unverified.ts';

/** A node that is still to be read, and where it stands. */
interface Place {
  readonly cid: CidBytes;
  readonly count: number;
  readonly depth: number;
}

/** Two bits of four a byte of a key of 32 bytes. */
const deepest = 64;

/** A record as it came, right by itself; whether it belongs to the version shows at the end. */
export interface FetchedRecord {
  readonly experience: Experience;
  readonly key: Uint8Array;
  /** Its canonical JSON. */
  readonly bytes: Uint8Array;
}

/**
 * The records of a tree of a known size, in the order of their keys, one after the other: only their keys and digests
 * stay in memory.
 */
export async function readRecords(
  reading: Reading,
  root: CidBytes,
  size: number,
  take: (record: FetchedRecord) => Promise<void> | void,
): Promise<MapEntries> {
  const leaves = await findLeaves(reading, { cid: root, count: size, depth: 0 });
  const entries = { count: size, keys: new Uint8Array(size * hashLength), values: new Uint8Array(size * hashLength) };
  let [at, before]: [number, Uint8Array | undefined] = [0, undefined];
  await each(readLeaves(reading, leaves), (block) => {
    const experience = readRecord(block);
    const key = recordKey(reading.sha256, experience.id);
    if (before !== undefined && compareBytes(before, key) >= 0)
      throw unverified('not-a-snapshot', 'its records are not in the order of their keys');
    before = key;
    entries.keys.set(key, at);
    entries.values.set(digestOf(block.cid), at);
    at += hashLength;
    return take({ experience, key, bytes: block.bytes });
  });
  return entries;
}

/** All leaves in order. What is above them comes first, to know them; they come with their records then. */
async function findLeaves(reading: Reading, root: Place): Promise<readonly Place[]> {
  let places: readonly Place[] = [root];
  for (;;) {
    const inner = places.filter(isInner);
    if (inner.length === 0) return places;
    const blocks = await reading.blocks(inner.map(({ cid }) => cid));
    let next = 0;
    // In their own place, since leaves lie at different depths.
    places = places.flatMap((place) => (isInner(place) ? childrenOf(place, blocks[next++] as Block) : [place]));
  }
}

function isInner({ count }: Place): boolean {
  return count > recordsPerLeaf;
}

function childrenOf(place: Place, block: Block): Place[] {
  const node = decodeRecords(block);
  if ('records' in node) throw unverified('not-a-snapshot', 'a node of records holds fewer than it claims');
  if (place.depth >= deepest) throw tooMany('its tree of records is deeper than a key is long');
  const places: Place[] = [];
  let sum = 0;
  for (let value = 0; value < fanOut; value++) {
    const cid = node.nodes[value] as CidBytes | null;
    const count = node.counts[value] as number;
    if ((cid === null) !== (count === 0)) throw unverified('not-a-snapshot', 'a node of records claims what it lacks');
    sum += count;
    if (cid !== null) places.push({ cid, count, depth: place.depth + 1 });
  }
  // Counts add up to what the root claims, which is limited: no DAG can unfold into more.
  if (sum !== place.count) throw unverified('not-a-snapshot', 'the counts of a node of records do not add up');
  return places;
}

/** Leaves whose blocks are in memory at once. */
const leavesAtOnce = 16;

async function* readLeaves(reading: Reading, leaves: readonly Place[]): AsyncGenerator<Block> {
  for (let start = 0; start < leaves.length; start += leavesAtOnce) {
    const some = leaves.slice(start, start + leavesAtOnce);
    const families = await reading.families(some.map(({ cid }) => cid));
    for (const [index, family] of families.entries()) {
      const { cid, count } = some[index] as Place;
      const node = decodeRecords(family.get(cidKey(cid)) as Block);
      if (!('records' in node) || node.records.length !== count)
        throw unverified('not-a-snapshot', 'a leaf does not hold the records that it claims');
      for (const link of node.records) yield family.get(cidKey(link)) as Block;
    }
  }
}

export function readRecord({ cid, bytes }: Block): Experience {
  if (codecOf(cid) !== codecs.raw) throw unverified('not-a-snapshot', 'a record is no raw block');
  const name = `the record ${formatCid(cid)}`;
  const text = decodeText(bytes, name);
  try {
    const experience = ingestExperience(parseStrictJson(text, name), name);
    if (canonicalJson(experience) === text) return experience;
  } catch (cause) {
    throw unverified('invalid-record', messageOf(cause), cause);
  }
  throw unverified('not-canonical', `${name} is not written as canonical JSON`);
}
