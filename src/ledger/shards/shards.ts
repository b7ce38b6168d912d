import type { Sha256 } from '../../core/digest.ts';
import { toHex } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { rawCid } from '../../core/tree/cid.ts';
import type { Commit } from '../../core/tree/commit.ts';
import { libraryRoots } from '../../core/tree/library-roots.ts';
import type { Files } from '../../world/files/files.ts';
import { applyChanges } from '../changes.ts';
import { readCommit } from '../history.ts';
import { filesAtMost, paths, shardOf } from '../layout.ts';
import type { Ledger } from '../open-ledger.ts';
import { type PackParts, packParts, packPath, readPack } from '../pack.ts';
import {
  type PartEntries,
  type PartSummary,
  entriesOfRecords,
  partEntries,
  partPath,
  partSummary,
  readPart,
  recordsOfPart,
  summarizeEntries,
} from './parts.ts';
import type { Pending } from '../pending.ts';
import { restoredParts } from '../restored-version.ts';
import { changesOver, laidOver } from './laid-over.ts';
import { type HexRoots, type ShardPart, rootsOfTrees, workingRoots, workingShards } from './shard-index.ts';
import { mapRootOfShards, noRecords, treesOf } from './shard-trees.ts';
import { generationInForce, readGeneration, undisturbed } from '../undisturbed.ts';
import { arrange, parseOrder, readHeader, renderOrder, renderShard } from '../working.ts';

/** A library of which no more than a shard has to be in memory. Nothing is read before it is asked for. */
export interface Shards {
  /** Shards that may hold something, `00` to `ff`, ascending. */
  readonly names: readonly string[];
  /** A record a line; nothing for a shard that is not there. */
  text(shard: string): Promise<string>;
  read(shard: string): Promise<readonly Experience[]>;
  /** Keys and digests of a shard's records, from an index where there is one. */
  entries(shard: string): Promise<PartEntries>;
  /** What a shard is in the map of its library: of an index a hundred bytes. */
  summary(shard: string): Promise<PartSummary>;
  /** What each shard's text is named by; shards of one name hold the same. */
  cids(): Promise<ReadonlyMap<string, string>>;
  /** `order.txt`: an id a line. */
  order(): Promise<string>;
  roots(): Promise<HexRoots>;
}

/**
 * A library in shards; undefined for one that lies in files of its own or in packs without parts, which is small, and for
 * a version that is not here. A version without its packs, as in a clone, may be what lies in the working library.
 *
 * @param reference `working`, or a version by any name that the ledger knows
 * @throws ZooError `library-busy` from its methods, where the working library is changed while it is read
 */
export async function openShards(
  files: Files,
  ledger: Ledger,
  reference: string,
  sha256: Sha256,
): Promise<Shards | undefined> {
  const { folder } = ledger;
  if (reference === 'working') return await openWorking(files, folder, sha256);
  const { id, commit } = await ledger.findVersion(reference);
  const packed = await shardsOfPacks(files, folder, commit, sha256);
  if (packed !== undefined) return packed;
  const restored = await restoredParts(files, folder, id);
  if (restored !== undefined) return shardsOfParts(files, folder, restored, commit, sha256);
  if (await files.exists(packPath(folder, commit.packCid))) return undefined;
  const working = await openWorking(files, folder, sha256);
  if (working === undefined || mapRootOfShards(await treesOf(working), sha256) !== commit.mapRoot) return undefined;
  return { ...working, roots: () => Promise.resolve(rootsOf(commit)) };
}

/** A version in parts, or in changes since one in parts; undefined for a small one, and where a pack is missing. */
async function shardsOfPacks(
  files: Files,
  folder: string,
  commit: Commit,
  sha256: Sha256,
): Promise<Shards | undefined> {
  const parts = await packParts(files, folder, commit, sha256);
  if (parts !== undefined) return shardsOfParts(files, folder, parts, commit, sha256);
  if (commit.size <= filesAtMost) return undefined;
  try {
    const { base, changes } = await readPack(files, folder, commit, sha256);
    if (base === null) return undefined;
    const older = await shardsOfPacks(files, folder, (await readCommit(files, folder, base, sha256)).commit, sha256);
    if (older === undefined) return undefined;
    const world = { files, folder, sha256 };
    const shards = laidOver(older, changesOver(older, changes, sha256), world);
    return { ...shards, roots: () => Promise.resolve(rootsOf(commit)) };
  } catch (thrown) {
    if (thrown instanceof ZooError && thrown.code === 'pack-missing') return undefined;
    throw thrown;
  }
}

function rootsOf({ recordsRoot, mapRoot, size }: Commit): HexRoots {
  return { recordsRoot, mapRoot, size };
}

/** A library in parts. @param commit what it is said to be; its roots are computed where that is not known */
export function shardsOfParts(
  files: Files,
  folder: string,
  parts: PackParts,
  commit: Commit | undefined,
  sha256: Sha256,
): Shards {
  const cids = new Map(Object.entries(parts.shards));
  const text = async (shard: string) => {
    const cid = cids.get(shard);
    return cid === undefined ? '' : await readPart(files, folder, cid, sha256);
  };
  const shards: Shards = {
    names: [...cids.keys()].sort(),
    text,
    read: async (shard) => recordsOfPart(await text(shard), partPath(folder, cids.get(shard) ?? '')),
    entries: async (shard) => {
      const cid = cids.get(shard);
      return cid === undefined
        ? entriesOfRecords([], sha256)
        : await partEntries(files, folder, cid, () => text(shard), sha256);
    },
    summary: async (shard) => {
      const cid = cids.get(shard);
      return cid === undefined ? noRecords : await partSummary(files, folder, cid, () => text(shard), sha256);
    },
    cids: () => Promise.resolve(cids),
    order: () => readPart(files, folder, parts.order, sha256),
    roots: async () =>
      commit === undefined ? await rootsOfTrees(files, folder, await treesOf(shards), sha256) : rootsOf(commit),
  };
  return shards;
}

/** A library that lies in memory, seen as shards. */
export function shardsOfLibrary(library: Library, sha256: Sha256): Shards {
  const shards = Map.groupBy(library.experiences, ({ id }) => shardOf(id, sha256));
  const text = (shard: string) => renderShard(shards.get(shard) ?? [], sha256);
  const entries = (shard: string) => entriesOfRecords(shards.get(shard) ?? [], sha256);
  return {
    names: [...shards.keys()].sort(),
    text: (shard) => Promise.resolve(text(shard)),
    read: (shard) => Promise.resolve(shards.get(shard) ?? []),
    entries: (shard) => Promise.resolve(entries(shard)),
    summary: (shard) => Promise.resolve(summarizeEntries(entries(shard), sha256)),
    cids: () => Promise.resolve(new Map([...shards.keys()].map((shard) => [shard, rawCid(sha256(text(shard)))]))),
    order: () => Promise.resolve(renderOrder(library.experiences.map(({ id }) => id))),
    roots: () => {
      const { recordsRoot, mapRoot, size } = libraryRoots(sha256, library.experiences);
      return Promise.resolve({ recordsRoot: toHex(recordsRoot), mapRoot: toHex(mapRoot), size });
    },
  };
}

/** All of a library, in its order. */
export async function readAll(shards: Shards): Promise<Library> {
  const records = new Map<string, Experience>();
  for (const shard of shards.names) for (const record of await shards.read(shard)) records.set(record.id, record);
  return { experiences: arrange(records, parseOrder(await shards.order())) };
}

/** The record of an id; of its shard that line alone is parsed. */
export async function findRecord(shards: Shards, id: string, sha256: Sha256): Promise<Experience | undefined> {
  const shard = shardOf(id, sha256);
  const text = await shards.text(shard);
  const at = text.indexOf(`"id":"${id}"`);
  if (at !== -1) {
    const end = text.indexOf('\n', at);
    const line = text.slice(text.lastIndexOf('\n', at) + 1, end === -1 ? text.length : end);
    const [record] = recordsOfPart(line, `shard ${shard}`);
    if (record?.id === id) return record;
  }
  // Written by hand, it may have spaces.
  return (await shards.read(shard)).find((record) => record.id === id);
}

/** As {@link openShards}, and what lies in memory where that gives none. */
export async function openAsShards(files: Files, ledger: Ledger, reference: string, sha256: Sha256): Promise<Shards> {
  const shards = await openShards(files, ledger, reference, sha256);
  return shards ?? shardsOfLibrary(await ledger.readVersion(reference), sha256);
}

/** The working library. A change that is decided but not carried out is laid over what lies there. */
async function openWorking(files: Files, folder: string, sha256: Sha256): Promise<Shards | undefined> {
  return await undisturbed(files, folder, sha256, async (pending) => {
    const layout = pending?.layout ?? (await readHeader(files, folder))?.layout;
    if (layout !== 'shards') return undefined;
    const generation = pending?.generation ?? (await readGeneration(files, folder));
    const names = await files.list(`${folder}/${paths.records}`);
    const lying = indexedShards(files, folder, names, sha256);
    return guarded(afterPending(lying, pending), () => refuseChange(generation));
  });

  function afterPending(lying: Shards, pending: Pending | undefined): Shards {
    if (pending === undefined) return lying;
    const { parts, changes } = pending;
    if (parts !== undefined) {
      const placed = shardsOfParts(files, folder, parts, undefined, sha256);
      return changes.complete ? placed : laidOver(lying, placed, { files, folder, sha256 });
    }
    if (changes.complete) return shardsOfLibrary(applyChanges({ experiences: [] }, changes), sha256);
    return laidOver(lying, changesOver(lying, changes, sha256), { files, folder, sha256 });
  }

  /** What was read so far and what is read next would be of two states. */
  async function refuseChange(generation: number): Promise<void> {
    if ((await generationInForce(files, folder, sha256)) === generation) return;
    throw new ZooError('library-busy', `${folder} was changed while it was read`, {
      hint: 'Try again when the other zoo process has finished.',
    });
  }
}

/** What lies in a folder, with its index. */
function indexedShards(files: Files, folder: string, inRecords: readonly string[], sha256: Sha256): Shards {
  const lying = lyingShards(files, folder, inRecords);
  const { text } = lying;
  let indexed: Promise<readonly ShardPart[]> | undefined;
  let roots: Promise<HexRoots> | undefined;
  const index = () => (indexed ??= workingShards(files, folder, sha256));
  const find = async (shard: string) => (await index()).find((part) => part.shard === shard);
  return {
    ...lying,
    read: async (shard) => recordsOfPart(await text(shard), `${folder}/${paths.records}/${shard}.jsonl`),
    entries: async (shard) => {
      const part = await find(shard);
      return part === undefined
        ? entriesOfRecords([], sha256)
        : await partEntries(files, folder, part.cid, () => text(shard), sha256);
    },
    summary: async (shard) => (await find(shard)) ?? noRecords,
    cids: async () =>
      new Map((await index()).filter(({ count }) => count > 0).map(({ shard, cid }) => [shard, cid] as const)),
    roots: () => (roots ??= index().then((parts) => workingRoots(files, folder, parts, sha256))),
  };
}

/** Looks after every reading whether it counts. */
function guarded(shards: Shards, check: () => Promise<void>): Shards {
  const checked = async <T>(reading: Promise<T>): Promise<T> => {
    const found = await reading;
    await check();
    return found;
  };
  return {
    names: shards.names,
    text: (shard) => checked(shards.text(shard)),
    read: (shard) => checked(shards.read(shard)),
    entries: (shard) => checked(shards.entries(shard)),
    summary: (shard) => checked(shards.summary(shard)),
    cids: () => checked(shards.cids()),
    order: () => checked(shards.order()),
    roots: () => checked(shards.roots()),
  };
}

/** What lies in the folder of the working library, whatever is under way. */
export function lyingShards(
  files: Files,
  folder: string,
  names: readonly string[],
): Pick<Shards, 'names' | 'text' | 'order'> {
  return {
    names: names.flatMap((name) => /^([0-9a-f]{2})\.jsonl$/.exec(name)?.[1] ?? []),
    text: async (shard) => (await files.readText(`${folder}/${paths.records}/${shard}.jsonl`)) ?? '',
    order: async () => (await files.readText(`${folder}/${paths.order}`)) ?? '',
  };
}
