import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { PaperDefaults } from '../../core/library/paper-form.ts';
import { canonicalRecord } from '../../core/tree/library-roots.ts';
import type { Files } from '../../world/files/files.ts';
import { filesAtMost, paths, shardOf } from '../layout.ts';
import type { Ledger } from '../open-ledger.ts';
import { partIndexPath, partPath, recordsOfPart } from '../shards/parts.ts';
import { type VectorKeeper, createVectorKeeper } from './keep-vectors.ts';
import { createSorter } from './line-sorter.ts';
import { idsOfOrder } from '../shards/order-text.ts';
import { type ImportForm, duplicateId, experienceExists } from './import-form.ts';
import { readExperiences } from './read-experiences.ts';
import { readHeader, readWorking } from '../working.ts';
import { keepText, writePart } from '../shards/write-part.ts';

export interface LinesToImport {
  /** A file of experiences. */
  readonly path: string;
  /** How it writes them; one a line, JSON, unless given. */
  readonly form?: ImportForm | undefined;
  readonly defaults: PaperDefaults;
  /** What happens to a record whose id the library has. */
  readonly existing: 'keep' | 'update' | 'refuse';
  /** Whether what was in the library goes first. */
  readonly replace: boolean;
  /** Whether nothing is to be changed in the end. */
  readonly dryRun: boolean;
}

export interface ImportedLines {
  readonly added: number;
  readonly updated: number;
  readonly kept: number;
}

/** Bytes that wait in memory until they are appended to the files they are sorted into. */
const waitingAtMost = 24 << 20;

/** Where lines are sorted into shards; removed at the end, and at the next import after one that was killed. */
const sortingFolder = '.zoo/import';

/**
 * Takes any number of experiences into the working library, all or none, with memory for one shard of them: the lines
 * are sorted into the shards of their keys, every shard becomes a part, and one change puts the parts in force.
 *
 * @returns undefined, and nothing is changed, where all of it is so little that it lies in files of its own
 * @throws ZooError as `readExperiences` does; `experience-exists`, `duplicate-id`
 */
export async function importLines(
  files: Files,
  ledger: Ledger,
  request: LinesToImport,
  sha256: Sha256,
): Promise<ImportedLines | undefined> {
  const { folder } = ledger;
  const sorting = `${folder}/${sortingFolder}`;
  return await ledger.change(async () => {
    await files.remove(sorting);
    const vectors = createVectorKeeper(files, folder);
    const parts = await createPartKeeper(files, folder, sha256);
    try {
      const { shards, count } = await sortIntoShards(files, sorting, request, vectors, sha256);
      const before = request.replace ? nothingBefore : await recordsBefore(files, folder, sha256);
      const counts = { added: 0, updated: 0, kept: 0 };
      const known = createFlags(count);
      let total = 0;
      for (const shard of [...new Set([...shards, ...before.moving])].sort()) {
        const lines = await uniteShard(shard, before, counts, known);
        total += lines.size;
        if (!request.dryRun) await parts.put(shard, lines);
      }
      const isLittle = before.complete && total <= filesAtMost;
      if (isLittle) await parts.discard();
      if (isLittle || request.dryRun) return { result: isLittle ? undefined : counts };
      const order = await writeOrder(files, folder, sorting, await before.order(), known, sha256);
      return {
        change: {
          layout: 'shards',
          changes: { complete: before.complete, puts: [], deletes: [], order: undefined },
          parts: { shards: parts.cids, order },
          version: null,
        },
        result: counts,
      };
    } catch (thrown) {
      await vectors.discard();
      await parts.discard();
      throw thrown;
    } finally {
      await files.remove(sorting);
    }
  });

  /** The lines of a shard by their ids: those before, and those that were sorted into it. */
  async function uniteShard(
    shard: string,
    before: RecordsBefore,
    counts: { added: number; updated: number; kept: number },
    known: Flags,
  ): Promise<ReadonlyMap<string, string>> {
    const records = await before.read(shard);
    const lines = new Map(records.map((record) => [record.id, canonicalRecord(record)] as const));
    const fresh = new Set<string>();
    for (const numbered of idsOfOrder((await files.readText(`${sorting}/${shard}`)) ?? '')) {
      const [place, id] = numbered.split(' ', 2) as [place: string, id: string];
      const line = numbered.slice(place.length + id.length + 2);
      if (fresh.has(id)) throw duplicateId(id, request.path);
      fresh.add(id);
      const old = lines.get(id);
      if (old !== undefined) known.set(Number(place));
      const isKept = old !== undefined && (old === line || request.existing === 'keep');
      if (old !== undefined && !isKept && request.existing === 'refuse') throw experienceExists(id);
      counts[isKept ? 'kept' : old === undefined ? 'added' : 'updated']++;
      if (!isKept) lines.set(id, line);
    }
    return lines;
  }
}

/** Writes the shards of an import as parts. */
interface PartKeeper {
  /** By shard. */
  readonly cids: Readonly<Record<string, string>>;
  put(shard: string, lines: ReadonlyMap<string, string>): Promise<void>;
  /** Removes those that were not there before. */
  discard(): Promise<void>;
}

async function createPartKeeper(files: Files, folder: string, sha256: Sha256): Promise<PartKeeper> {
  const before = new Set(await files.list(`${folder}/${paths.packs}`));
  const cids: Record<string, string> = {};
  return {
    cids,
    put: async (shard, lines) => {
      cids[shard] = await writePart(files, folder, lines, sha256);
    },
    discard: async () => {
      for (const cid of Object.values(cids)) {
        if (before.has(partPath('', cid).slice(`/${paths.packs}/`.length))) continue;
        await files.remove(partPath(folder, cid));
        await files.remove(partIndexPath(folder, cid));
      }
    },
  };
}

/** Every line is written with the place of its experience in the file, and its id. */
async function sortIntoShards(
  files: Files,
  sorting: string,
  { path, form = 'jsonl', defaults, dryRun }: LinesToImport,
  keeper: VectorKeeper,
  sha256: Sha256,
): Promise<{ readonly shards: ReadonlySet<string>; readonly count: number }> {
  const sorter = createSorter(files, sorting);
  let count = 0;
  for await (const { experience, vectors } of readExperiences(files, path, form, defaults, sha256)) {
    if (!dryRun) await keeper.add(vectors);
    sorter.put(shardOf(experience.id, sha256), `${count++} ${experience.id} ${canonicalRecord(experience)}`);
    sorter.put('order', experience.id);
    if (sorter.size() >= waitingAtMost) await sorter.flush();
  }
  await sorter.flush();
  await keeper.flush();
  const shards = new Set(sorter.names);
  shards.delete('order');
  return { shards, count };
}

/** A bit for each of some things. */
interface Flags {
  any(): boolean;
  has(index: number): boolean;
  set(index: number): void;
}

function createFlags(count: number): Flags {
  const bits = new Uint8Array((count >>> 3) + 1);
  let any = false;
  return {
    any: () => any,
    has: (index) => ((bits[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0,
    set: (index) => {
      any = true;
      bits[index >>> 3] = (bits[index >>> 3] ?? 0) | (1 << (index & 7));
    },
  };
}

/** What is in the library already. */
interface RecordsBefore {
  /** Whether all of it is written anew. */
  readonly complete: boolean;
  /** Shards of what moves from files of its own. */
  readonly moving: readonly string[];
  read(shard: string): Promise<readonly Experience[]>;
  order(): Promise<string>;
}

const nothingBefore: RecordsBefore = {
  complete: true,
  moving: [],
  read: () => Promise.resolve([]),
  order: () => Promise.resolve(''),
};

async function recordsBefore(files: Files, folder: string, sha256: Sha256): Promise<RecordsBefore> {
  if ((await readHeader(files, folder))?.layout === 'shards')
    return {
      complete: false,
      moving: [],
      read: async (shard) => {
        const path = `${folder}/${paths.records}/${shard}.jsonl`;
        return recordsOfPart((await files.readText(path)) ?? '', path);
      },
      order: async () => (await files.readText(`${folder}/${paths.order}`)) ?? '',
    };
  const { experiences } = await readWorking(files, folder);
  const shards = Map.groupBy(experiences, ({ id }) => shardOf(id, sha256));
  return {
    complete: true,
    moving: [...shards.keys()],
    read: (shard) => Promise.resolve(shards.get(shard) ?? []),
    order: () => Promise.resolve(experiences.map(({ id }) => `${id}\n`).join('')),
  };
}

/** What was there keeps its place; what is new follows in the order of the file. */
async function writeOrder(
  files: Files,
  folder: string,
  sorting: string,
  before: string,
  known: Flags,
  sha256: Sha256,
): Promise<string> {
  const imported = (await files.readText(`${sorting}/order`)) ?? '';
  const fresh = known.any() ? withoutLines(imported, known) : imported;
  const old = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  return await keepText(files, folder, `${old}${fresh}`, sha256);
}

function withoutLines(text: string, known: Flags): string {
  let place = 0;
  const pieces: string[] = [];
  let waiting = '';
  for (const id of idsOfOrder(text)) {
    if (!known.has(place++)) waiting += `${id}\n`;
    if (waiting.length < 1 << 16) continue;
    pieces.push(waiting);
    waiting = '';
  }
  return `${pieces.join('')}${waiting}`;
}
