import { z } from 'zod';
import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { type Library, emptyLibrary } from '../core/library/library.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { rawCid } from '../core/tree/cid.ts';
import type { Commit } from '../core/tree/commit.ts';
import type { Files } from '../world/files/files.ts';
import { type LibraryChanges, applyChanges, decodeChanges, encodeChanges } from './changes.ts';
import type { Experience } from '../core/library/experience.ts';
import { paths, shardOf } from './layout.ts';
import { partPath, readPart, recordsOfPart } from './shards/parts.ts';
import { arrange, parseOrder, renderOrder, renderShard } from './working.ts';

/** Once the packs since the last complete one hold this many times the records of the library, a complete one is due. */
export const completeAfter = 2;

/** What parts are named by, in the names of their files too. */
export const cidSchema = z.string().regex(/^b[a-z2-7]{58}$/);

/** CIDs of the parts of a complete pack that is too large for one file, by shard, and of the one with the order. */
export const partsSchema = z.strictObject({
  shards: z.record(z.string().regex(/^[0-9a-f]{2}$/), cidSchema),
  order: cidSchema,
});

const headerSchema = z.strictObject({
  v: z.literal(1),
  /** The commit that the changes start from; null for a complete pack. */
  base: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  ...partsSchema.partial().shape,
});

/** The parts of a complete pack. */
export type PackParts = Readonly<z.infer<typeof partsSchema>>;

/** The text of a pack whose records lie in parts. */
export function encodeParts({ shards, order }: PackParts): string {
  return `${canonicalJson({ v: 1, base: null, shards, order })}\n`;
}

/** A complete pack of a library that lies in memory: its text, and the files of its parts. */
export function packInParts(
  folder: string,
  library: Library,
  sha256: Sha256,
): { readonly text: string; readonly files: readonly (readonly [path: string, text: string])[] } {
  const parts: [path: string, text: string][] = [];
  const keep = (text: string): string => {
    const cid = packCid(text, sha256);
    parts.push([partPath(folder, cid), text]);
    return cid;
  };
  const groups = [...Map.groupBy(library.experiences, ({ id }) => shardOf(id, sha256))];
  const shards = Object.fromEntries(groups.map(([shard, records]) => [shard, keep(renderShard(records, sha256))]));
  const order = keep(renderOrder(library.experiences.map(({ id }) => id)));
  return { text: encodeParts({ shards, order }), files: parts };
}

/** The text of a version's pack: a header, then its changes. */
export function encodePack(changes: LibraryChanges, base: string | null): string {
  return `${canonicalJson({ v: 1, base: changes.complete ? null : base })}\n${encodeChanges(changes)}`;
}

export function packCid(text: string | Uint8Array, sha256: Sha256): string {
  return rawCid(sha256(text));
}

export function packPath(folder: string, cid: string): string {
  return `${folder}/${paths.packs}/${cid}.jsonl`;
}

export interface Pack {
  readonly base: string | null;
  readonly changes: LibraryChanges;
}

/** @throws ZooError `pack-missing`, `pack-damaged` */
export async function readPack(files: Files, folder: string, commit: Commit, sha256: Sha256): Promise<Pack> {
  const path = packPath(folder, commit.packCid);
  const text = await files.readText(path);
  if (text === undefined)
    throw new ZooError('pack-missing', `the pack of version v${commit.seq} is not in this copy of the library`, {
      hint: `Packs stay out of git: "zoo init --git" takes back what git has, "zoo fetch v${commit.seq}" what was published.`,
      data: { path },
    });
  if (packCid(text, sha256) !== commit.packCid) throw damaged(path, commit);
  const lines = text.split('\n').slice(0, -1);
  const { base, shards, order } = parseJson(lines[0] ?? '', headerSchema, `line 1 of ${path}`);
  if (shards === undefined || order === undefined)
    return { base, changes: decodeChanges(lines.slice(1), base === null, path) };
  const puts = await readParts(files, folder, { shards, order }, sha256);
  return { base: null, changes: { complete: true, puts, deletes: [], order: undefined } };
}

export async function readParts(files: Files, folder: string, parts: PackParts, sha256: Sha256): Promise<Experience[]> {
  const records = new Map<string, Experience>();
  for (const cid of Object.values(parts.shards))
    for (const record of recordsOfPart(await readPart(files, folder, cid, sha256), partPath(folder, cid)))
      records.set(record.id, record);
  return arrange(records, parseOrder(await readPart(files, folder, parts.order, sha256)));
}

/** A header with parts is far shorter. */
const longestHeader = 65_536;

/**
 * The parts of a version's pack, without reading them; undefined where it holds its records itself.
 *
 * @throws ZooError `pack-damaged`
 */
export async function packParts(
  files: Files,
  folder: string,
  commit: Commit,
  sha256: Sha256,
): Promise<PackParts | undefined> {
  const path = packPath(folder, commit.packCid);
  if (!(await files.exists(path))) return undefined;
  const reader = await files.open(path);
  let bytes: Uint8Array;
  try {
    bytes = await reader.read(0, longestHeader);
  } finally {
    await reader.close();
  }
  const text = new TextDecoder().decode(bytes);
  if (bytes.length === longestHeader || !text.includes('"shards":{') || text.indexOf('\n') !== text.length - 1)
    return undefined;
  if (packCid(text, sha256) !== commit.packCid) throw damaged(path, commit);
  const { shards, order } = parseJson(text, headerSchema, path);
  return shards === undefined || order === undefined ? undefined : { shards, order };
}

function damaged(path: string, commit: Commit): ZooError {
  return new ZooError('pack-damaged', `${path} is damaged: its content does not have the CID that its commit names`, {
    hint: `Remove it, then get the version again with "zoo fetch v${commit.seq}".`,
    data: { path },
  });
}

/** A version's library: the nearest complete pack and what follows it. */
export async function unpack(
  files: Files,
  folder: string,
  commit: Commit,
  commitOf: (id: string) => Promise<Commit>,
  sha256: Sha256,
): Promise<Library> {
  const chain: LibraryChanges[] = [];
  for (let next: Commit | undefined = commit; next !== undefined;) {
    const pack: Pack = await readPack(files, folder, next, sha256);
    chain.push(pack.changes);
    next = pack.base === null ? undefined : await commitOf(pack.base);
  }
  return chain.reduceRight(applyChanges, emptyLibrary);
}
