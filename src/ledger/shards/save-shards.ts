import { type Sha256, toHex } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { libraryRoots } from '../../core/tree/library-roots.ts';
import { merkleRoot } from '../../core/tree/merkle-log.ts';
import type { Clock } from '../../world/clock/clock.ts';
import type { Files } from '../../world/files/files.ts';
import { chooseLayout, filesAtMost, shardOf } from '../layout.ts';
import type { CommitOptions, CommittedVersion, Ledger } from '../open-ledger.ts';
import { idsOfOrder } from './order-text.ts';
import { type PackParts, encodePack, encodeParts } from '../pack.ts';
import { partEntries, partSummary, readPart } from './parts.ts';
import { countRecords, hashBlocks } from './record-blocks.ts';
import { type HexRoots, knownBlocks } from './shard-index.ts';
import { type ShardTree, mapRootOfShards } from './shard-trees.ts';
import type { Shards } from './shards.ts';
import { arrange } from '../working.ts';
import { keepText, writePart } from './write-part.ts';
import { writeVersion } from '../write-version.ts';

/** What becomes of a working library in shards. */
export interface ShardsChange {
  /** The library as it was when the change was decided. */
  readonly current: Shards;
  readonly puts: readonly Experience[];
  readonly deletes: ReadonlySet<string>;
  /** `order.txt` as it becomes. */
  readonly order: string;
}

interface World {
  readonly files: Files;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly sha256: Sha256;
}

/**
 * Changes the working library, one shard after the other, at one instant; and makes the result a version where that is
 * asked for. What has become little goes back into files of its own.
 *
 * @returns the version; null without `commit`
 * @throws ZooError `library-busy` when the library is not what the change was decided on any more
 */
export async function saveShards(
  { files, clock, ledger, sha256 }: World,
  change: ShardsChange,
  commit: CommitOptions | undefined,
): Promise<CommittedVersion | null> {
  const { folder } = ledger;
  const decidedOn = await change.current.cids();
  const { size } = await change.current.roots();
  return await ledger.change(async () => {
    const known = await countKnown(change, sha256);
    if (size + change.puts.length - known - change.deletes.size <= filesAtMost / 2) {
      const library = await readLittle(change);
      if (chooseLayout('shards', library.experiences) === 'files') return await becomeFiles(library);
    }
    const touched = await writeTouched(files, folder, change, sha256);
    const order = await keepText(files, folder, change.order, sha256);
    const parts: PackParts = { shards: touched, order };
    if (commit === undefined)
      return { change: { layout: 'shards', changes: unchanged, parts, version: null }, result: null };
    const all = { shards: await keepOthers(touched), order };
    const roots = await rootsOfParts(files, folder, all, sha256);
    const version = await writeVersion({ files, folder, clock, sha256 }, { pack: encodeParts(all), roots }, commit);
    return {
      change: { layout: 'shards', changes: unchanged, parts, version: { seq: version.seq, commit: version.id } },
      result: { version: `v${version.seq}`, commit: version.id, root: version.root },
    };
  });

  async function becomeFiles(library: Library) {
    const changes = { complete: true, puts: library.experiences, deletes: [], order: undefined };
    if (commit === undefined) return { change: { layout: 'files' as const, changes, version: null }, result: null };
    const found = libraryRoots(sha256, library.experiences);
    const roots = { recordsRoot: toHex(found.recordsRoot), mapRoot: toHex(found.mapRoot), size: found.size };
    const pack = encodePack(changes, null);
    const version = await writeVersion({ files, folder, clock, sha256 }, { pack, roots }, commit);
    return {
      change: { layout: 'files' as const, changes, version: { seq: version.seq, commit: version.id } },
      result: { version: `v${version.seq}`, commit: version.id, root: version.root },
    };
  }

  /** All shards of the result; those that did not change become parts too, where they are none yet. */
  async function keepOthers(touched: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const shards: Record<string, string> = {};
    for (const shard of [...new Set([...decidedOn.keys(), ...Object.keys(touched)])].sort()) {
      const own = touched[shard];
      if (own === undefined) {
        shards[shard] = decidedOn.get(shard) ?? '';
        const kept = await keepText(files, folder, await change.current.text(shard), sha256);
        if (kept !== shards[shard]) throw changedMeanwhile(folder);
      } else if ((await partSummaryOf(files, folder, own, sha256)).count > 0) shards[shard] = own;
    }
    return shards;
  }
}

const unchanged = { complete: false, puts: [], deletes: [], order: undefined } as const;

/** Writes the shards that change as parts. */
async function writeTouched(
  files: Files,
  folder: string,
  { current, puts, deletes }: ShardsChange,
  sha256: Sha256,
): Promise<Record<string, string>> {
  const putsOf = Map.groupBy(puts, ({ id }) => shardOf(id, sha256));
  const deletesOf = Map.groupBy(deletes, (id) => shardOf(id, sha256));
  const touched: Record<string, string> = {};
  for (const shard of [...new Set([...putsOf.keys(), ...deletesOf.keys()])].sort()) {
    const gone = new Set(deletesOf.get(shard));
    const lines = new Map<string, string>();
    for (const record of await current.read(shard))
      if (!gone.has(record.id)) lines.set(record.id, canonicalJson(record));
    for (const put of putsOf.get(shard) ?? []) lines.set(put.id, canonicalJson(put));
    touched[shard] = await writePart(files, folder, lines, sha256);
  }
  return touched;
}

async function countKnown({ current, puts }: ShardsChange, sha256: Sha256): Promise<number> {
  let known = 0;
  for (const [shard, members] of Map.groupBy(puts, ({ id }) => shardOf(id, sha256))) {
    const ids = new Set((await current.entries(shard)).ids());
    known += members.filter(({ id }) => ids.has(id)).length;
  }
  return known;
}

/** What is left, where that is known to be little. */
async function readLittle({ current, puts, deletes, order }: ShardsChange): Promise<Library> {
  const records = new Map<string, Experience>();
  for (const shard of current.names)
    for (const record of await current.read(shard)) if (!deletes.has(record.id)) records.set(record.id, record);
  for (const put of puts) records.set(put.id, put);
  return {
    experiences: arrange(
      records,
      [...idsOfOrder(order)].filter((id) => records.has(id)),
    ),
  };
}

async function partSummaryOf(files: Files, folder: string, cid: string, sha256: Sha256) {
  return await partSummary(files, folder, cid, () => readPart(files, folder, cid, sha256), sha256);
}

/** The roots of a library that lies in parts; of the records tree that alone is hashed which is not known. */
async function rootsOfParts(files: Files, folder: string, { shards }: PackParts, sha256: Sha256): Promise<HexRoots> {
  const trees: ShardTree[] = [];
  for (const shard of Object.keys(shards).sort()) {
    const cid = shards[shard] ?? '';
    const read = () => readPart(files, folder, cid, sha256);
    const summary = await partSummaryOf(files, folder, cid, sha256);
    trees.push({ shard, ...summary, entries: () => partEntries(files, folder, cid, read, sha256) });
  }
  const blocks = await hashBlocks(trees, await knownBlocks(files, folder, sha256), sha256);
  return {
    recordsRoot: toHex(merkleRoot(sha256, blocks)),
    mapRoot: mapRootOfShards(trees, sha256),
    size: countRecords(trees),
  };
}

function changedMeanwhile(folder: string): ZooError {
  return new ZooError('library-busy', `the library in ${folder} was changed while something else was decided on it`, {
    hint: 'Do it again.',
  });
}

/**
 * Makes the working library what a version in parts is, and that a new version where it is asked for. Each part is
 * looked at before: once they are in force, none may be missing.
 *
 * @throws ZooError `pack-missing`, `pack-damaged`
 */
export async function restoreParts(
  { files, clock, ledger, sha256 }: World,
  target: { readonly parts: PackParts; readonly roots: HexRoots },
  commit: CommitOptions | undefined,
): Promise<CommittedVersion | null> {
  const { folder } = ledger;
  return await ledger.change(async () => {
    const { parts, roots } = target;
    for (const cid of [parts.order, ...Object.values(parts.shards)]) await readPart(files, folder, cid, sha256);
    const change = { layout: 'shards' as const, changes: { ...unchanged, complete: true }, parts };
    if (commit === undefined) return { change: { ...change, version: null }, result: null };
    const version = await writeVersion({ files, folder, clock, sha256 }, { pack: encodeParts(parts), roots }, commit);
    return {
      change: { ...change, version: { seq: version.seq, commit: version.id } },
      result: { version: `v${version.seq}`, commit: version.id, root: version.root },
    };
  });
}
