import { compareText } from '../core/compare-text.ts';
import { z } from 'zod';
import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { checkJson, parseJson } from '../core/json.ts';
import { type Experience, experienceSchema } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import { parseStrictJson } from '../core/library/strict-json.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { compareBytes } from '../core/tree/hashing.ts';
import type { Files } from '../world/files/files.ts';
import type { LibraryChanges } from './changes.ts';
import { changedOrder } from './shards/order-text.ts';
import { type Layout, idOfRecordFile, paths, recordFile, renderRecord, shardOf } from './layout.ts';

const headerSchema = z.looseObject({
  format: z.literal('zoo-library'),
  v: z.literal(1),
  layout: z.enum(['files', 'shards']),
  /** What its log is called in checkpoints, such as `example.org/library`: a name as C2SP keys have it. */
  origin: z
    .string()
    .regex(/^[^\s+\p{C}]{1,255}$/u)
    .optional(),
});
export type Header = z.infer<typeof headerSchema>;

/** Undefined for a library that was never written to. @throws ZooError when it is none of ours */
export async function readHeader(files: Files, folder: string): Promise<Header | undefined> {
  const path = `${folder}/${paths.header}`;
  const text = await files.readText(path);
  return text === undefined ? undefined : checkJson(parseStrictJson(text, path), headerSchema, path);
}

export function renderHeader(header: Header): string {
  return `${JSON.stringify(header, null, 2)}\n`;
}

/** The records as they lie in the folder, in the order of `order.txt`; what that does not name comes last, oldest first. */
export async function readWorking(files: Files, folder: string): Promise<Library> {
  const header = await readHeader(files, folder);
  const layout = header?.layout ?? 'files';
  const records = layout === 'files' ? await readFiles(files, folder) : await readShards(files, folder);
  const order = await readOrder(files, folder);
  return { experiences: arrange(records, order) };
}

async function readFiles(files: Files, folder: string): Promise<Map<string, Experience>> {
  const records = new Map<string, Experience>();
  for (const name of await files.list(`${folder}/${paths.records}`)) {
    if (!name.endsWith('.json') || name.startsWith('.')) continue;
    const path = `${folder}/${paths.records}/${name}`;
    const text = await files.readText(path);
    if (text === undefined) continue;
    // People edit these: what they read is what counts.
    const record = checkJson(parseStrictJson(text, path), experienceSchema, path);
    if (record.id !== idOfRecordFile(name)) throw misnamed(path, record.id);
    records.set(record.id, record);
  }
  return records;
}

async function readShards(files: Files, folder: string): Promise<Map<string, Experience>> {
  const records = new Map<string, Experience>();
  for (const name of await files.list(`${folder}/${paths.records}`)) {
    if (!/^[0-9a-f]{2}\.jsonl$/.test(name)) continue;
    for (const record of await readShard(files, `${folder}/${paths.records}/${name}`)) {
      if (records.has(record.id)) throw twice(name, record.id);
      records.set(record.id, record);
    }
  }
  return records;
}

async function readShard(files: Files, path: string): Promise<Experience[]> {
  const text = (await files.readText(path)) ?? '';
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => parseJson(line, experienceSchema, `line ${index + 1} of ${path}`));
}

async function readOrder(files: Files, folder: string): Promise<readonly string[]> {
  return parseOrder((await files.readText(`${folder}/${paths.order}`)) ?? '');
}

export function parseOrder(text: string): readonly string[] {
  return text.split('\n').filter((id) => id !== '');
}

export function renderOrder(order: readonly string[]): string {
  return order.map((id) => `${id}\n`).join('');
}

/** Records in an order; what that does not name comes last, oldest first. */
export function arrange(records: Map<string, Experience>, order: readonly string[]): Experience[] {
  const arranged = [...new Set(order)].flatMap((id) => records.get(id) ?? []);
  const named = new Set(order);
  const others = [...records.values()].filter(({ id }) => !named.has(id));
  others.sort(
    (one, other) => compareText(one.metadata.created_at, other.metadata.created_at) || compareText(one.id, other.id),
  );
  return [...arranged, ...others];
}

export interface WorkingUpdate {
  readonly changes: LibraryChanges;
  readonly layout: Layout;
}

/**
 * Brings the files of the working library to where the changes lead; doing it twice, or again after it was broken off
 * half way, is doing it once. A change of layout needs complete changes.
 */
export async function applyToWorking(
  files: Files,
  folder: string,
  update: WorkingUpdate,
  sha256: Sha256,
): Promise<void> {
  const { changes, layout } = update;
  const header = await readHeader(files, folder);
  await (layout === 'files' ? applyToFiles(files, folder, changes) : applyToShards(files, folder, changes, sha256));
  await applyToOrder(files, folder, changes, layout);
  if (header?.layout !== layout)
    await files.writeAtomic(
      `${folder}/${paths.header}`,
      renderHeader({ format: 'zoo-library', v: 1, ...header, layout }),
    );
}

async function applyToFiles(files: Files, folder: string, changes: LibraryChanges): Promise<void> {
  const records = `${folder}/${paths.records}`;
  await files.writeAll(changes.puts.map((put) => [`${records}/${recordFile(put.id)}`, renderRecord(put)] as const));
  const kept = new Set(changes.puts.map(({ id }) => recordFile(id)));
  const stale = changes.complete
    ? (await files.list(records)).filter((name) => /\.jsonl?$/.test(name) && !kept.has(name))
    : changes.deletes.map(recordFile);
  for (const name of stale) await files.remove(`${records}/${name}`);
}

async function applyToShards(files: Files, folder: string, changes: LibraryChanges, sha256: Sha256): Promise<void> {
  const records = `${folder}/${paths.records}`;
  const puts = Map.groupBy(changes.puts, ({ id }) => shardOf(id, sha256));
  const touched = new Set([...puts.keys(), ...changes.deletes.map((id) => shardOf(id, sha256))]);
  const deletes = new Set(changes.deletes);
  const written: [string, string][] = [];
  for (const shard of touched) {
    const path = `${records}/${shard}.jsonl`;
    const old = changes.complete ? [] : await readShard(files, path);
    const next = new Map(old.filter(({ id }) => !deletes.has(id)).map((record) => [record.id, record]));
    for (const put of puts.get(shard) ?? []) next.set(put.id, put);
    written.push([path, renderShard([...next.values()], sha256)]);
  }
  await files.writeAll(written);
  if (!changes.complete) return;
  const stale = (await files.list(records)).filter((name) => /\.jsonl?$/.test(name) && !touched.has(name.slice(0, 2)));
  const single = (await files.list(records)).filter((name) => name.endsWith('.json'));
  for (const name of new Set([...stale, ...single])) await files.remove(`${records}/${name}`);
}

/** Canonical lines in order of the keys. */
export function renderShard(records: readonly Experience[], sha256: Sha256): string {
  return records
    .map((record) => ({ key: sha256(record.id), line: canonicalJson(record) }))
    .sort((one, other) => compareBytes(one.key, other.key))
    .map(({ line }) => `${line}\n`)
    .join('');
}

/** Of many experiences the order is long: it is written only where it changes. */
async function applyToOrder(files: Files, folder: string, changes: LibraryChanges, layout: Layout): Promise<void> {
  const path = `${folder}/${paths.order}`;
  const text = await files.readText(path);
  const current = changes.complete ? '' : (text ?? '');
  const next =
    layout === 'shards' ? changedOrder(current, changes) : renderOrder(nextOrder(parseOrder(current), changes));
  if (next !== text) await files.writeAtomic(path, next);
}

function nextOrder(current: readonly string[], changes: LibraryChanges): readonly string[] {
  if (changes.order !== undefined) return changes.order;
  const renamed = new Map(changes.renames);
  const order = new Set(current.map((id) => renamed.get(id) ?? id));
  for (const id of changes.deletes) order.delete(id);
  for (const { id } of changes.puts) order.add(id);
  return [...order];
}

function misnamed(path: string, id: string): ZooError {
  return new ZooError('misnamed-record', `${path} holds the record ${id}`, {
    hint: `Rename it to ${recordFile(id)}, or mend the id in it.`,
  });
}

function twice(shard: string, id: string): ZooError {
  return new ZooError('duplicate-id', `${shard} holds the record ${id}, which was read before`, {
    hint: 'Remove one of the two lines.',
  });
}
