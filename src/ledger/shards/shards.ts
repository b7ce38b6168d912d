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
import { paths, shardOf } from '../layout.ts';
import type { Ledger } from '../open-ledger.ts';
import { type PackParts, packParts } from '../pack.ts';
import { type PartEntries, entriesOfRecords, partEntries, partPath, readPart, recordsOfPart } from './parts.ts';
import { type Pending, readPending } from '../pending.ts';
import { type HexRoots, type ShardPart, workingRoots, workingShards } from './shard-index.ts';
import { readGeneration } from '../undisturbed.ts';
import { changedOrder } from './order-text.ts';
import { readHeader, renderOrder, renderShard } from '../working.ts';

/** A library of which no more than a shard has to be in memory. Nothing is read before it is asked for. */
export interface Shards {
  /** Shards that hold something, `00` to `ff`, ascending. */
  readonly names: readonly string[];
  /** A record a line; nothing for a shard that is not there. */
  text(shard: string): Promise<string>;
  read(shard: string): Promise<readonly Experience[]>;
  /** Keys and digests of a shard's records, from an index where there is one. */
  entries(shard: string): Promise<PartEntries>;
  /** What each shard's text is named by; shards of one name hold the same. */
  cids(): Promise<ReadonlyMap<string, string>>;
  /** `order.txt`: an id a line. */
  order(): Promise<string>;
  roots(): Promise<HexRoots>;
}

/**
 * A library in shards; undefined for one that lies in files of its own or in one pack, which is small.
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
  if (reference === 'working') return await openWorking(files, ledger.folder, sha256);
  const { commit } = await ledger.findVersion(reference);
  const parts = await packParts(files, ledger.folder, commit, sha256);
  if (parts === undefined) return undefined;
  return shardsOfParts(files, ledger.folder, parts, commit, sha256);
}

/** A version in parts. */
export function shardsOfParts(files: Files, folder: string, parts: PackParts, commit: Commit, sha256: Sha256): Shards {
  const cids = new Map(Object.entries(parts.shards));
  const text = async (shard: string) => {
    const cid = cids.get(shard);
    return cid === undefined ? '' : await readPart(files, folder, cid, sha256);
  };
  return {
    names: [...cids.keys()].sort(),
    text,
    read: async (shard) => recordsOfPart(await text(shard), partPath(folder, cids.get(shard) ?? '')),
    entries: async (shard) => {
      const cid = cids.get(shard);
      return cid === undefined
        ? entriesOfRecords([], sha256)
        : await partEntries(files, folder, cid, () => text(shard), sha256);
    },
    cids: () => Promise.resolve(cids),
    order: () => readPart(files, folder, parts.order, sha256),
    roots: () => Promise.resolve({ recordsRoot: commit.recordsRoot, mapRoot: commit.mapRoot, size: commit.size }),
  };
}

/** A library that lies in memory, seen as shards. */
export function shardsOfLibrary(library: Library, sha256: Sha256): Shards {
  const shards = Map.groupBy(library.experiences, ({ id }) => shardOf(id, sha256));
  const text = (shard: string) => renderShard(shards.get(shard) ?? [], sha256);
  return {
    names: [...shards.keys()].sort(),
    text: (shard) => Promise.resolve(text(shard)),
    read: (shard) => Promise.resolve(shards.get(shard) ?? []),
    entries: (shard) => Promise.resolve(entriesOfRecords(shards.get(shard) ?? [], sha256)),
    cids: () => Promise.resolve(new Map([...shards.keys()].map((shard) => [shard, rawCid(sha256(text(shard)))]))),
    order: () => Promise.resolve(renderOrder(library.experiences.map(({ id }) => id))),
    roots: () => {
      const { recordsRoot, mapRoot, size } = libraryRoots(sha256, library.experiences);
      return Promise.resolve({ recordsRoot: toHex(recordsRoot), mapRoot: toHex(mapRoot), size });
    },
  };
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
  const pending = await readPending(files, folder, sha256);
  const layout = pending?.layout ?? (await readHeader(files, folder))?.layout;
  if (layout !== 'shards') return undefined;
  const generation = pending?.generation ?? (await readGeneration(files, folder));
  const records = `${folder}/${paths.records}`;
  const pathOf = (shard: string) => `${records}/${shard}.jsonl`;
  const over = pending === undefined ? undefined : await laidOver(files, folder, pending, sha256);

  const lying = (await files.list(records)).flatMap((name) => /^([0-9a-f]{2})\.jsonl$/.exec(name)?.[1] ?? []);
  const names = over === undefined ? lying : [...new Set([...(over.complete ? [] : lying), ...over.touched])].sort();
  const text = async (shard: string) => {
    const found = over?.touches(shard) === true ? await over.text(shard) : await files.readText(pathOf(shard));
    await refuseChange();
    return found ?? '';
  };
  const read = async (shard: string) => recordsOfPart(await text(shard), pathOf(shard));
  let known: Promise<readonly ShardPart[]> | undefined;
  return {
    names,
    text,
    read,
    entries: async (shard) => {
      const cid = over === undefined ? (await cids()).get(shard) : undefined;
      return cid === undefined
        ? entriesOfRecords(await read(shard), sha256)
        : await partEntries(files, folder, cid, () => text(shard), sha256);
    },
    cids,
    order: async () => {
      const found = over === undefined ? await files.readText(`${folder}/${paths.order}`) : await over.order();
      await refuseChange();
      return found ?? '';
    },
    roots: async () => {
      if (over === undefined) {
        const roots = await workingRoots(files, folder, await workingShards(files, folder, sha256), sha256);
        await refuseChange();
        return roots;
      }
      const all = { experiences: (await Promise.all(names.map(read))).flat() };
      return await shardsOfLibrary(all, sha256).roots();
    },
  };

  async function cids(): Promise<ReadonlyMap<string, string>> {
    if (over !== undefined) {
      const named = await Promise.all(names.map(async (shard) => [shard, rawCid(sha256(await text(shard)))] as const));
      return new Map(named);
    }
    known ??= workingShards(files, folder, sha256);
    const shards = await known;
    await refuseChange();
    return new Map(shards.filter(({ count }) => count > 0).map(({ shard, cid }) => [shard, cid]));
  }

  /** What was read so far and what is read next would be of two states. */
  async function refuseChange(): Promise<void> {
    const now = await readGeneration(files, folder);
    const begun = pending === undefined && (await files.exists(`${folder}/${paths.pending}`));
    if (!begun && now <= generation) return;
    throw new ZooError('library-busy', `${folder} was changed while it was read`, {
      hint: 'Try again when the other zoo process has finished.',
    });
  }
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

/** Shards and order as a change that is not carried out yet makes them. */
async function laidOver(files: Files, folder: string, { changes, parts }: Pending, sha256: Sha256) {
  const touched = new Set(
    parts === undefined
      ? [...changes.puts.map(({ id }) => id), ...changes.deletes].map((id) => shardOf(id, sha256))
      : Object.keys(parts.shards),
  );
  const own = new Map(Object.entries(parts?.shards ?? {}));
  const puts = Map.groupBy(changes.puts, ({ id }) => shardOf(id, sha256));
  const lyingText = async (path: string) => (changes.complete ? '' : ((await files.readText(path)) ?? ''));
  return {
    complete: changes.complete,
    touched,
    touches: (shard: string) => changes.complete || touched.has(shard),
    text: async (shard: string): Promise<string> => {
      const cid = own.get(shard);
      if (cid !== undefined) return await readPart(files, folder, cid, sha256);
      if (parts !== undefined) return '';
      const path = `${folder}/${paths.records}/${shard}.jsonl`;
      const experiences = recordsOfPart(await lyingText(path), path);
      const change = { ...changes, puts: puts.get(shard) ?? [], order: undefined, renames: undefined };
      return renderShard(applyChanges({ experiences }, change).experiences, sha256);
    },
    order: async (): Promise<string> => {
      if (parts !== undefined) return await readPart(files, folder, parts.order, sha256);
      return changedOrder(await lyingText(`${folder}/${paths.order}`), changes);
    },
  };
}
