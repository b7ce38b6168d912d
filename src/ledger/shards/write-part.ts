import type { Sha256 } from '../../core/digest.ts';
import { rawCid } from '../../core/tree/cid.ts';
import type { Files } from '../../world/files/files.ts';
import { type PartEntry, encodePartEntries, keepIndex, partIndexPath, partPath, sortedEntries } from './parts.ts';

/**
 * Writes canonical lines as a part, and its index beside it while the digests are at hand.
 *
 * @param lines by id
 * @returns its CID
 */
export async function writePart(
  files: Files,
  folder: string,
  lines: ReadonlyMap<string, string>,
  sha256: Sha256,
): Promise<string> {
  const entries: PartEntry[] = [];
  for (const [id, line] of lines) entries.push({ id, key: sha256(id), value: sha256(line) });
  const sorted = sortedEntries(entries);
  const text = sorted
    .ids()
    .map((id) => `${lines.get(id)}\n`)
    .join('');
  const cid = await keepText(files, folder, text, sha256);
  await keepIndex(files, partIndexPath(folder, cid), encodePartEntries(sorted, sha256));
  return cid;
}

/** Writes a text as a part, unless it is there and whole. Returns its CID. */
export async function keepText(
  files: Files,
  folder: string,
  text: string | Uint8Array,
  sha256: Sha256,
): Promise<string> {
  const cid = rawCid(sha256(text));
  if (!(await isWhole(files, folder, cid, sha256))) await files.writeAtomic(partPath(folder, cid), text);
  return cid;
}

/** Whether a part is there as it was written: a change that named a damaged one could never be carried out. */
export async function isWhole(files: Files, folder: string, cid: string, sha256: Sha256): Promise<boolean> {
  const path = partPath(folder, cid);
  return (await files.exists(path)) && rawCid(sha256(await files.read(path))) === cid;
}
