import type { Sha256 } from '../core/digest.ts';
import { messageOf } from '../core/error.ts';
import { type Block, type CidBytes, cidKey, codecOf, codecs, formatCid } from '../core/ipld/cid.ts';
import type { Experience } from '../core/library/experience.ts';
import { ingestExperience } from '../core/library/ingest.ts';
import { parseStrictJson } from '../core/library/strict-json.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { compareBytes } from '../core/tree/hashing.ts';
import { recordKey } from '../core/tree/library-roots.ts';
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

/** The records of a tree of a known size, in the order of their keys. */
export async function readRecords(reading: Reading, root: CidBytes, size: number): Promise<Experience[]> {
  const leaves: Place[] = [];
  let level: readonly Place[] = [{ cid: root, count: size, depth: 0 }];
  while (level.length > 0) {
    // Leaves come with their records; what is above them comes first, to know them.
    const inner = level.filter(({ count }) => count > recordsPerLeaf);
    const blocks = await reading.blocks(inner.map(({ cid }) => cid));
    const below: Place[] = [];
    const children = new Map(inner.map((place, index) => [place, childrenOf(place, blocks[index] as Block)]));
    for (const place of level) {
      const found = children.get(place);
      if (found === undefined) leaves.push(place);
      else below.push(...found);
    }
    level = below;
  }
  return inOrder(await readLeaves(reading, leaves), reading.sha256);
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

async function readLeaves(reading: Reading, leaves: readonly Place[]): Promise<Experience[]> {
  const experiences: Experience[] = [];
  for (let start = 0; start < leaves.length; start += leavesAtOnce) {
    const some = leaves.slice(start, start + leavesAtOnce);
    const families = await reading.families(some.map(({ cid }) => cid));
    for (const [index, family] of families.entries()) {
      const { cid, count } = some[index] as Place;
      const node = decodeRecords(family.get(cidKey(cid)) as Block);
      if (!('records' in node) || node.records.length !== count)
        throw unverified('not-a-snapshot', 'a leaf does not hold the records that it claims');
      for (const link of node.records) experiences.push(readRecord(family.get(cidKey(link)) as Block));
    }
  }
  return experiences;
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

function inOrder(experiences: Experience[], sha256: Sha256): Experience[] {
  let before: Uint8Array | undefined;
  for (const { id } of experiences) {
    const key = recordKey(sha256, id);
    if (before !== undefined && compareBytes(before, key) >= 0)
      throw unverified('not-a-snapshot', 'its records are not in the order of their keys');
    before = key;
  }
  return experiences;
}
