import type { Sha256 } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { Experience } from '../../core/library/experience.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { createNumbers } from '../../core/numbers.ts';
import type { Files } from '../../world/files/files.ts';
import { type BlamedChange, lastSaying } from '../comparing/blame.ts';
import { compareRecords, sameRecord } from '../comparing/compare-libraries.ts';
import { type Ancestors, ancestorsBetween } from './compare-shards.ts';
import type { CommitEntry } from '../history.ts';
import { shardOf } from '../layout.ts';
import type { Ledger } from '../open-ledger.ts';
import { locateRecords, recordsByRank, recordsInOrder, shardByRank } from './read-in-order.ts';
import { type Shards, findRecord, openAsShards } from './shards.ts';

/** A version, or the working library (null). */
export interface RecordedShards {
  readonly entry: CommitEntry | null;
  readonly shards: Shards;
  /** Whether versions before it cannot be read, so that one of those may have made what is new here. */
  readonly uncertain: boolean;
}

/** All versions that are in this copy, the first one first, and the working library last. None is read yet. */
export async function recordedShards(files: Files, ledger: Ledger, sha256: Sha256): Promise<readonly RecordedShards[]> {
  const recorded: RecordedShards[] = [];
  let uncertain = false;
  for (const entry of [...(await ledger.history()), null]) {
    const shards = await whenHere(() => openAsShards(files, ledger, entry?.id ?? 'working', sha256));
    if (shards !== undefined) recorded.push({ entry, shards, uncertain });
    uncertain = shards === undefined;
  }
  return recorded;
}

/** Undefined where it takes records that are not in this copy. */
async function whenHere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof ZooError && thrown.code === 'pack-missing') return undefined;
    throw thrown;
  }
}

/**
 * Changes of one experience of the last of some libraries, as `blameLibrary` tells them. Its shard alone is read, where
 * that changed; where it takes the place of another, those shards too in which something came or went.
 */
export async function blameExperience(
  recorded: readonly RecordedShards[],
  id: string,
  sha256: Sha256,
): Promise<readonly BlamedChange[]> {
  const changes: BlamedChange[] = [];
  let index = recorded.length - 1;
  let record = await findRecord((recorded[index] as RecordedShards).shards, id, sha256);
  while (record !== undefined) {
    const { shards, entry } = recorded[index] as RecordedShards;
    const before = await findBefore(recorded, index, record.id, sha256);
    if (before.record !== undefined) {
      if (!sameRecord(before.record, record)) changes.unshift(modified(entry, before.uncertain, before.record, record));
      [index, record] = [before.index, before.record];
      continue;
    }
    const older = recorded[before.index]?.shards;
    const ancestor =
      older === undefined ? undefined : (await whenHere(() => ancestorsBetween(older, shards, sha256)))?.get(record.id);
    const from = older === undefined || ancestor === undefined ? undefined : await findRecord(older, ancestor, sha256);
    if (from === undefined) {
      changes.unshift({ entry, uncertain: before.uncertain, change: 'added', fields: [], words: [], record });
      break;
    }
    changes.unshift(modified(entry, before.uncertain, from, record));
    [index, record] = [before.index, from];
  }
  return changes;
}

function modified(entry: CommitEntry | null, uncertain: boolean, before: Experience, after: Experience): BlamedChange {
  const { fields, words } = compareRecords(before, after);
  return { entry, uncertain, change: 'modified', fields, words, record: after };
}

/** The nearest library before, of which the shard of an id can be read, and its record there; an index of -1 for none. */
async function findBefore(recorded: readonly RecordedShards[], index: number, id: string, sha256: Sha256) {
  const shard = shardOf(id, sha256);
  const cidAt = async (at: number) => (await recorded[at]?.shards.cids())?.get(shard);
  const cid = await cidAt(index);
  let before = index - 1;
  let uncertain = recorded[index]?.uncertain === true;
  // Where the shard is the same there is nothing to look for.
  while (before > 0 && (await cidAt(before)) === cid && (await cidAt(before - 1)) === cid) before--;
  for (; before >= 0; before--) {
    const { shards } = recorded[before] as RecordedShards;
    const found = await whenHere(async () => [await findRecord(shards, id, sha256)] as const);
    if (found !== undefined) return { index: before, record: found[0], uncertain };
    uncertain = true;
  }
  return { index: -1, record: undefined, uncertain };
}

export interface BlamedOne {
  readonly id: string;
  readonly change: BlamedChange;
}

export interface BlamedLibrary {
  readonly count: number;
  /** What gave each experience its words, in the order of the library. */
  readonly changes: () => AsyncIterable<BlamedOne>;
  /** The same, as the experiences lie. */
  readonly inAnyOrder: () => AsyncIterable<BlamedOne>;
}

/**
 * What gave every experience of the last of some libraries its words. One shard of all versions is followed after the
 * other; kept are 4 bytes a record, and those records whose evidence changed since.
 */
export async function blameShards(recorded: readonly RecordedShards[], sha256: Sha256): Promise<BlamedLibrary> {
  const { shards } = recorded.at(-1) as RecordedShards;
  const between = createBetween(recorded, sha256);
  const kinds: Omit<BlamedChange, 'record'>[] = [];
  const known = new Map<string, number>();
  const kindOf = createNumbers();
  const asTheyWere = new Map<number, Experience>();
  for (const shard of shards.names) {
    const lasts = await followShard(recorded, shard, between, sha256);
    for (const now of await shardByRank(shards, shard)) {
      const last = lasts.get(now.id) as Followed;
      const { record, ...kind } = last.change;
      if (record.id !== now.id || canonicalJson(record.evidence) !== canonicalJson(now.evidence))
        asTheyWere.set(kindOf.count(), record);
      const name = `${kind.entry?.id} ${kind.uncertain} ${kind.change} ${kind.fields.join(' ')}`;
      const number = known.get(name) ?? kinds.push({ ...kind, words: [] }) - 1;
      known.set(name, number);
      kindOf.add(number);
    }
  }
  const locations = await locateRecords(shards, sha256);
  const changeAt = (rank: number, now: Experience) => {
    const kind = kinds[kindOf.at(rank)] as Omit<BlamedChange, 'record'>;
    return { id: now.id, change: { ...kind, record: asTheyWere.get(rank) ?? now } };
  };
  return {
    count: locations.count,
    changes: async function* () {
      let place = 0;
      for await (const now of recordsInOrder(shards, locations)) yield changeAt(locations.order[place++] ?? 0, now);
    },
    inAnyOrder: async function* () {
      let rank = 0;
      for await (const now of recordsByRank(shards)) yield changeAt(rank++, now);
    },
  };
}

interface Followed {
  readonly change: BlamedChange;
  /** The record as the library that was looked at last has it. */
  readonly now: Experience;
}

type Between = (before: number, after: number) => Promise<Pick<Ancestors, 'get'>>;

/** Asked for once a pair of libraries. */
function createBetween(recorded: readonly RecordedShards[], sha256: Sha256): Between {
  const found = new Map<string, ReturnType<Between>>();
  return async (before, after) => {
    const [older, newer] = [recorded[before]?.shards, recorded[after]?.shards];
    if (older === undefined || newer === undefined) return new Map();
    const name = `${before} ${after}`;
    const asked =
      found.get(name) ??
      whenHere(() => ancestorsBetween(older, newer, sha256)).then((pairs) => pairs ?? new Map<string, string>());
    found.set(name, asked);
    return await asked;
  };
}

async function followShard(
  recorded: readonly RecordedShards[],
  shard: string,
  between: Between,
  sha256: Sha256,
): Promise<ReadonlyMap<string, Followed>> {
  let known = new Map<string, Followed>();
  let previous = -1;
  let previousCid: string | undefined;
  let uncertain = false;
  for (const [index, { entry, shards, uncertain: gap }] of recorded.entries()) {
    uncertain ||= gap;
    const cid = (await shards.cids()).get(shard);
    const records = previous >= 0 && cid === previousCid ? 'same' : await whenHere(() => shards.read(shard));
    if (records === undefined) {
      uncertain = true;
      continue;
    }
    if (records !== 'same') {
      const next = new Map<string, Followed>();
      for (const record of records) next.set(record.id, await follow(record, { entry, uncertain, index }));
      known = next;
    }
    [previous, previousCid, uncertain] = [index, cid, false];
  }
  return known;

  async function follow(
    record: Experience,
    here: { readonly entry: CommitEntry | null; readonly uncertain: boolean; readonly index: number },
  ): Promise<Followed> {
    const before = known.get(record.id);
    if (before !== undefined && sameRecord(before.now, record)) return { ...before, now: record };
    if (before !== undefined) {
      const change = modified(here.entry, here.uncertain, before.now, record);
      return { change: change.fields.includes('text') ? change : before.change, now: record };
    }
    const from = previous < 0 ? undefined : (await between(previous, here.index)).get(record.id);
    if (from === undefined) {
      const { entry, uncertain: unsure } = here;
      return { change: { entry, uncertain: unsure, change: 'added', fields: [], words: [], record }, now: record };
    }
    const history = await blameExperience(recorded.slice(0, here.index + 1), record.id, sha256);
    return { change: lastSaying(history) as BlamedChange, now: record };
  }
}
