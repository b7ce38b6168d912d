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
import { paths } from './layout.ts';

/** Once the packs since the last complete one hold this many times the records of the library, a complete one is due. */
export const completeAfter = 2;

const headerSchema = z.strictObject({
  v: z.literal(1),
  /** The commit that the changes start from; null for a complete pack. */
  base: z.string().nullable(),
});

/** The text of a version's pack: a header, then its changes. */
export function encodePack(changes: LibraryChanges, base: string | null): string {
  return `${canonicalJson({ v: 1, base: changes.complete ? null : base })}\n${encodeChanges(changes)}`;
}

export function packCid(text: string, sha256: Sha256): string {
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
      hint: `Packs stay out of git: get the version with "zoo fetch v${commit.seq}" or "git:<rev>".`,
      data: { path },
    });
  if (packCid(text, sha256) !== commit.packCid)
    throw new ZooError('pack-damaged', `${path} is damaged: its content does not have the CID that its commit names`, {
      hint: `Remove it, then get the version again with "zoo fetch v${commit.seq}".`,
      data: { path },
    });
  const lines = text.split('\n').slice(0, -1);
  const { base } = parseJson(lines[0] ?? '', headerSchema, `line 1 of ${path}`);
  return { base, changes: decodeChanges(lines.slice(1), base === null, path) };
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
