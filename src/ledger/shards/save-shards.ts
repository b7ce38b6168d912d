import { type Sha256, toHex } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { Experience } from '../../core/library/experience.ts';
import { checkExperience } from '../../core/library/ingest.ts';
import type { Library } from '../../core/library/library.ts';
import { libraryRoots } from '../../core/tree/library-roots.ts';
import { merkleRoot } from '../../core/tree/merkle-log.ts';
import type { Clock } from '../../world/clock/clock.ts';
import type { Files } from '../../world/files/files.ts';
import { chooseLayout, filesAtMost } from '../layout.ts';
import type { CommitOptions, CommittedVersion, Ledger } from '../open-ledger.ts';
import { linesOfShard, recordOfLine } from './lines-of-shard.ts';
import { type PackParts, encodePack, encodeParts } from '../pack.ts';
import { checkShardText } from './check-shard-text.ts';
import { partEntries, partPath, partSummary, readPart } from './parts.ts';
import { countRecords, hashBlocks } from './record-blocks.ts';
import { type HexRoots, knownBlocks } from './shard-index.ts';
import { type ShardTree, mapRootOfShards } from './shard-trees.ts';
import type { Shards } from './shards.ts';
import type { ShardEdits } from './shard-edits.ts';
import { arrange, parseOrder } from '../working.ts';
import { keepText, writePart } from './write-part.ts';
import { writeVersion } from '../write-version.ts';

/** What becomes of a working library in shards. */
export interface ShardsChange {
  /** The library as it was when the change was decided. */
  readonly current: Shards;
  readonly edits: ShardEdits;
  /** How many records more it has then. */
  readonly growth: number;
  /** `order.txt` as it becomes. */
  readonly order: Uint8Array;
  /** Whether all of it is put there anew, because it is not what lies there in shards. */
  readonly whole?: boolean;
  /** The working library that a whole one was made of: refused as `library-busy` when that is another by now. */
  readonly basedOn?: Shards | undefined;
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
 * @throws ZooError `library-busy` when the library is not what the change was decided on any more; those of
 *   `checkExperience` for what breaks the rules of a record
 */
export async function saveShards(
  { files, clock, ledger, sha256 }: World,
  change: ShardsChange,
  commit: CommitOptions | undefined,
): Promise<CommittedVersion | null> {
  const { folder } = ledger;
  const decidedOn = await change.current.cids();
  const { size } = await change.current.roots();
  const before = await change.basedOn?.roots();
  return await ledger.change(async () => {
    // A working library in shards tells with every reading whether it was written to since, be it the order alone.
    await (change.basedOn ?? change.current).cids();
    if (before !== undefined && (await ledger.state()).root !== before.recordsRoot) throw changedMeanwhile(folder);
    if (size + change.growth <= filesAtMost / 2) {
      const library = await readLittle(change, sha256);
      if (chooseLayout('shards', library.experiences) === 'files') return await becomeFiles(library);
    }
    const touched = await writeTouched(files, folder, change, sha256);
    const order = await keepText(files, folder, change.order, sha256);
    const { whole = false } = change;
    const parts: PackParts = { shards: whole ? await keepOthers(touched) : touched, order };
    const next = { layout: 'shards' as const, changes: { ...unchanged, complete: whole }, parts };
    if (commit === undefined) return { change: { ...next, version: null }, result: null };
    const all = whole ? parts : { shards: await keepOthers(touched), order };
    const roots = await rootsOfParts(files, folder, all, sha256);
    const version = await writeVersion({ files, folder, clock, sha256 }, { pack: encodeParts(all), roots }, commit);
    return {
      change: { ...next, version: { seq: version.seq, commit: version.id } },
      result: { version: `v${version.seq}`, commit: version.id, root: version.root },
    };
  });

  async function becomeFiles(library: Library) {
    const changes = { complete: true, puts: library.experiences, deletes: [], order: undefined };
    if (commit === undefined) return { change: { layout: 'files' as const, changes, version: null }, result: null };
    for (const experience of library.experiences) checkExperience(experience, `the experience ${experience.id}`);
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
        const text = await change.current.text(shard);
        if (!(await files.exists(partPath(folder, shards[shard])))) checkShardText(text, `shard ${shard}`, sha256);
        const kept = await keepText(files, folder, text, sha256);
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
  change: ShardsChange,
  sha256: Sha256,
): Promise<Record<string, string>> {
  const touched: Record<string, string> = {};
  for (const shard of change.edits.shards())
    touched[shard] = await writePart(files, folder, await editedLines(change, shard, sha256), sha256);
  return touched;
}

/** What a shard becomes: canonical lines by id. */
async function editedLines({ current, edits }: ShardsChange, shard: string, sha256: Sha256) {
  const { puts, deletes } = await edits.of(shard);
  const lines = new Map(await linesOfShard(current, shard, sha256));
  for (const id of deletes) lines.delete(id);
  for (const [id, line] of puts) {
    checkExperience(recordOfLine(line), `the experience ${id}`);
    lines.set(id, line);
  }
  return lines;
}

/** What is left, where that is known to be little. */
async function readLittle(change: ShardsChange, sha256: Sha256): Promise<Library> {
  const records = new Map<string, Experience>();
  for (const shard of new Set([...change.current.names, ...change.edits.shards()]))
    for (const [id, line] of await editedLines(change, shard, sha256)) records.set(id, recordOfLine(line));
  const order = parseOrder(new TextDecoder().decode(change.order));
  return {
    experiences: arrange(
      records,
      order.filter((id) => records.has(id)),
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
