import type { Sha256 } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import { type Experience, experienceSchema } from '../../core/library/experience.ts';
import { parseJson } from '../../core/json.ts';
import { rawCid } from '../../core/tree/cid.ts';
import { compareBytes, equalBytes, hashLength } from '../../core/tree/hashing.ts';
import { recordDigest, recordKey } from '../../core/tree/library-roots.ts';
import { type MapEntries, createMapHasher, hashSubtree } from '../../core/tree/merkle-map.ts';
import type { Files } from '../../world/files/files.ts';
import { paths } from '../layout.ts';

/**
 * A part is the text of one shard, or of the order, named by its CID: immutable, so that versions share what did not
 * change between them, and a million records are never in memory at once.
 */
export function partPath(folder: string, cid: string): string {
  return `${folder}/${paths.packs}/${cid}.jsonl`;
}

/** @throws ZooError `pack-missing`, `pack-damaged` */
export async function readPart(files: Files, folder: string, cid: string, sha256: Sha256): Promise<string> {
  const path = partPath(folder, cid);
  const text = await files.readText(path);
  if (text === undefined)
    throw new ZooError('pack-missing', `${path}, a part of a version, is not in this copy of the library`, {
      hint: 'Packs stay out of git: "zoo init --git" takes back what git has, "zoo fetch" what was published.',
      data: { path },
    });
  if (rawCid(sha256(text)) === cid) return text;
  throw new ZooError('pack-damaged', `${path} is damaged: its content does not have the CID of its name`, {
    hint: 'Remove it, then get the version again with "zoo fetch".',
    data: { path },
  });
}

export function recordsOfPart(text: string, source: string): Experience[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => recordOfPart(line, `line ${index + 1} of ${source}`));
}

export function recordOfPart(line: string, source: string): Experience {
  return parseJson(line, experienceSchema, source, howToMend);
}

const howToMend =
  'Mend the line, or take the file back from git: "git checkout HEAD -- <file>". What git stopped in, "zoo ledger merge git:MERGE_HEAD" settles.';

/** Keys and digests of a part's records in order of the keys, and their ids. */
export interface PartEntries extends MapEntries {
  /** Read when asked for: a million of them take more memory than keys and digests. */
  ids(): readonly string[];
}

/** @throws ZooError `duplicate-id` */
export function entriesOfRecords(records: readonly Experience[], sha256: Sha256): PartEntries {
  return sortedEntries(
    records.map((record) => ({
      id: record.id,
      key: recordKey(sha256, record.id),
      value: recordDigest(sha256, record),
    })),
  );
}

/** What a part holds of a record, in its index. */
export interface PartEntry {
  readonly id: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** @throws ZooError `duplicate-id` */
export function sortedEntries(entries: readonly PartEntry[]): PartEntries {
  const sorted = entries.toSorted((one, other) => compareBytes(one.key, other.key));
  const keys = new Uint8Array(sorted.length * hashLength);
  const values = new Uint8Array(sorted.length * hashLength);
  for (const [place, { key, value, id }] of sorted.entries()) {
    const previous = sorted[place - 1];
    if (previous !== undefined && equalBytes(previous.key, key))
      throw new ZooError('duplicate-id', `two records have the id ${id}`, { hint: 'Remove one of the two.' });
    keys.set(key, place * hashLength);
    values.set(value, place * hashLength);
  }
  return { count: sorted.length, keys, values, ids: () => sorted.map(({ id }) => id) };
}

/** The bits that all keys of a part share: it is one shard. */
export const shardBits = 8;

/** What a part is in the map of its library. */
export interface PartSummary {
  readonly count: number;
  /** The hash of its entries as a subtree of the map, {@link shardBits} below the root. */
  readonly subtree: Uint8Array;
}

export function summarizeEntries(entries: MapEntries, sha256: Sha256): PartSummary {
  const subtree = hashSubtree(createMapHasher(sha256), entries, 0, entries.count, shardBits);
  return { count: entries.count, subtree };
}

/**
 * The index of a part: rebuildable, never the truth. A head of magic, count (32 bits, little-endian), subtree hash and
 * the SHA-256 of these, so that it can be read by itself; then keys, values, ids a line each, and the SHA-256 of it all.
 */
const magic = new TextEncoder().encode('ZOOPART2');
const subtreeAt = magic.length + 4;
const headDigestAt = subtreeAt + hashLength;
const headLength = headDigestAt + hashLength;

export function partIndexPath(folder: string, cid: string): string {
  return `${folder}/${paths.index}/${cid}.part`;
}

export function encodePartEntries(entries: PartEntries, sha256: Sha256): Uint8Array {
  const { count, keys, values } = entries;
  const names = new TextEncoder().encode(entries.ids().join('\n'));
  const end = headLength + keys.length + values.length + names.length;
  const bytes = new Uint8Array(end + hashLength);
  bytes.set(magic);
  new DataView(bytes.buffer).setUint32(magic.length, count, true);
  bytes.set(summarizeEntries(entries, sha256).subtree, subtreeAt);
  bytes.set(sha256(bytes.subarray(0, headDigestAt)), headDigestAt);
  bytes.set(keys, headLength);
  bytes.set(values, headLength + keys.length);
  bytes.set(names, headLength + keys.length + values.length);
  bytes.set(sha256(bytes.subarray(0, end)), end);
  return bytes;
}

/** Undefined for what does not read as written. */
function decodePartSummary(head: Uint8Array, sha256: Sha256): PartSummary | undefined {
  if (head.length < headLength || !equalBytes(head.subarray(0, magic.length), magic)) return undefined;
  if (!equalBytes(sha256(head.subarray(0, headDigestAt)), head.subarray(headDigestAt, headLength))) return undefined;
  return {
    count: new DataView(head.buffer, head.byteOffset).getUint32(magic.length, true),
    subtree: head.slice(subtreeAt, headDigestAt),
  };
}

/** Undefined for what does not read as written. */
function decodePartEntries(bytes: Uint8Array, sha256: Sha256): PartEntries | undefined {
  const summary = decodePartSummary(bytes, sha256);
  const end = bytes.length - hashLength;
  if (summary === undefined || !equalBytes(sha256(bytes.subarray(0, end)), bytes.subarray(end))) return undefined;
  const { count } = summary;
  const [keys, values] = [headLength, headLength + count * hashLength];
  const names = values + count * hashLength;
  return {
    count,
    keys: bytes.subarray(keys, values),
    values: bytes.subarray(values, names),
    ids: () => (count === 0 ? [] : new TextDecoder().decode(bytes.subarray(names, end)).split('\n')),
  };
}

/**
 * The entries of a part, from its index or else from its text, which is then indexed.
 *
 * @param read the part's text, asked for only when there is no index
 */
export async function partEntries(
  files: Files,
  folder: string,
  cid: string,
  read: () => Promise<string>,
  sha256: Sha256,
  source = partPath(folder, cid),
): Promise<PartEntries> {
  const path = partIndexPath(folder, cid);
  const bytes = await files.read(path).catch(() => undefined);
  const known = bytes === undefined ? undefined : decodePartEntries(bytes, sha256);
  if (known !== undefined) return known;
  const entries = entriesOfRecords(recordsOfPart(await read(), source), sha256);
  await keepIndex(files, path, encodePartEntries(entries, sha256));
  return entries;
}

/** What a part is in the map, of its index the head alone. @param read as in {@link partEntries} */
export async function partSummary(
  files: Files,
  folder: string,
  cid: string,
  read: () => Promise<string>,
  sha256: Sha256,
): Promise<PartSummary> {
  const head = await readBeginning(files, partIndexPath(folder, cid), headLength).catch(() => undefined);
  const known = head === undefined ? undefined : decodePartSummary(head, sha256);
  return known ?? summarizeEntries(await partEntries(files, folder, cid, read, sha256), sha256);
}

async function readBeginning(files: Files, path: string, length: number): Promise<Uint8Array> {
  const reader = await files.open(path);
  try {
    return await reader.read(0, length);
  } finally {
    await reader.close();
  }
}

/** An index that cannot be kept, as in a folder that may only be read, is made again the next time. */
export async function keepIndex(files: Files, path: string, data: Uint8Array | string): Promise<void> {
  await files.writeAtomic(path, data).catch(() => undefined);
}
