import type { Sha256 } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { PaperDefaults } from '../../core/library/paper-form.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import type { Files } from '../../world/files/files.ts';
import type { EncodedVector } from '../../core/library/vector.ts';
import { filesAtMost, paths, shardOf } from '../layout.ts';
import type { Ledger } from '../open-ledger.ts';
import { recordsOfPart } from '../shards/parts.ts';
import { createSorter } from './line-sorter.ts';
import { idsOfOrder } from '../shards/order-text.ts';
import type { ImportForm } from './parse-library.ts';
import { readExperiences } from './read-values.ts';
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
  /** Takes the vectors that an experience brings along. */
  readonly keepVectors: (vectors: readonly EncodedVector[]) => Promise<void>;
}

export interface ImportedLines {
  readonly added: number;
  readonly updated: number;
  readonly kept: number;
}

/** Bytes that wait in memory until they are appended to the files they are sorted into. */
const waitingAtMost = 24 << 20;

/** Bytes of vectors that are written together. */
const vectorsAtOnce = 4 << 20;

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
    try {
      const { shards, count } = await sortIntoShards(files, sorting, request, sha256);
      const before = request.replace ? nothingBefore : await recordsBefore(files, folder, sha256);
      const counts = { added: 0, updated: 0, kept: 0 };
      const known = createFlags(count);
      const cids: Record<string, string> = {};
      let total = 0;
      for (const shard of [...new Set([...shards, ...before.moving])].sort()) {
        cids[shard] = await uniteShard(shard);
      }
      if (before.complete && total <= filesAtMost) return { result: undefined };
      if (request.dryRun) return { result: counts };
      const order = await writeOrder(files, folder, sorting, await before.order(), known, sha256);
      return {
        change: {
          layout: 'shards',
          changes: { complete: before.complete, puts: [], deletes: [], order: undefined },
          parts: { shards: cids, order },
          version: null,
        },
        result: counts,
      };

      async function uniteShard(shard: string): Promise<string> {
        const records = new Map((await before.read(shard)).map((record) => [record.id, record] as const));
        const lines = new Map([...records].map(([id, record]) => [id, canonicalJson(record)] as const));
        const fresh = new Set<string>();
        const sorted = (await files.readText(`${sorting}/${shard}`)) ?? '';
        for (const numbered of idsOfOrder(sorted)) {
          const space = numbered.indexOf(' ');
          const line = numbered.slice(space + 1);
          const { id } = JSON.parse(line) as Experience;
          if (fresh.has(id)) throw duplicate(id, request.path);
          fresh.add(id);
          const old = lines.get(id);
          if (old === undefined) counts.added++;
          else known.set(Number(numbered.slice(0, space)));
          if (old !== undefined && (old === line || request.existing === 'keep')) {
            counts.kept++;
            continue;
          }
          if (old !== undefined && request.existing === 'refuse') throw alreadyThere(id);
          if (old !== undefined) counts.updated++;
          lines.set(id, line);
        }
        total += lines.size;
        return request.dryRun ? '' : await writePart(files, folder, lines, sha256);
      }
    } finally {
      await files.remove(sorting);
    }
  });
}

/** Every line is written with the place of its experience in the file. */
async function sortIntoShards(
  files: Files,
  sorting: string,
  { path, form = 'jsonl', defaults, dryRun, keepVectors }: LinesToImport,
  sha256: Sha256,
): Promise<{ readonly shards: ReadonlySet<string>; readonly count: number }> {
  const sorter = createSorter(files, sorting);
  const sidecar = createSidecar(keepVectors);
  let count = 0;
  for await (const { experience, vectors } of readExperiences(files, path, form, defaults, sha256)) {
    if (!dryRun) await sidecar.add(vectors);
    sorter.put(shardOf(experience.id, sha256), `${count++} ${canonicalJson(experience)}`);
    sorter.put('order', experience.id);
    if (sorter.size() >= waitingAtMost) await sorter.flush();
  }
  await sorter.flush();
  await sidecar.flush();
  const shards = new Set(sorter.names);
  shards.delete('order');
  return { shards, count };
}

/** Gathers vectors, because many files that are written together are written far faster. */
function createSidecar(keep: LinesToImport['keepVectors']) {
  let waiting: EncodedVector[] = [];
  let size = 0;
  const flush = async () => {
    if (waiting.length > 0) await keep(waiting);
    [waiting, size] = [[], 0];
  };
  return {
    flush,
    add: async (vectors: readonly EncodedVector[]) => {
      waiting.push(...vectors);
      for (const { bytes } of vectors) size += bytes.length;
      if (size >= vectorsAtOnce) await flush();
    },
  };
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
  return await keepText(files, folder, `${before}${fresh}`, sha256);
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

function duplicate(id: string, path: string): ZooError {
  return new ZooError('duplicate-id', `${path} holds two experiences with the id ${id}`, {
    hint: 'Remove one of the two, or give it another id.',
  });
}

function alreadyThere(id: string): ZooError {
  return new ZooError('experience-exists', `the library has ${id} already, with other content`, {
    hint: 'Keep what is there (leave --existing out), or take what comes with --existing update.',
  });
}
