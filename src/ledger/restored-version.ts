import type { Sha256 } from '../core/digest.ts';
import { parseJson } from '../core/json.ts';
import type { Library } from '../core/library/library.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import type { Files } from '../world/files/files.ts';
import { paths } from './layout.ts';
import { whileLocked } from './locking.ts';
import type { Ledger } from './open-ledger.ts';
import { type PackParts, partsSchema } from './pack.ts';
import { recordsOfPart } from './shards/parts.ts';
import type { Shards } from './shards/shards.ts';
import { keepText } from './shards/write-part.ts';

/**
 * An earlier version that came back, from the network or from git, without the pack that its commit names: that also holds the order of
 * the prompt, which is not published. Of a large one this names the parts. Whoever reads it checks it against the roots of
 * its commit.
 */
function restoredPath(folder: string, commit: string, kind: 'jsonl' | 'parts'): string {
  return `${folder}/${paths.restored}/${commit}.${kind}`;
}

/** Whether a version was restored. */
export async function isRestored(files: Files, folder: string, commit: string): Promise<boolean> {
  const kinds = ['jsonl', 'parts'] as const;
  for (const kind of kinds) if (await files.exists(restoredPath(folder, commit, kind))) return true;
  return false;
}

/** @param version where it lies: one library of many experiences, or all of few */
export async function keepRestored(
  files: Files,
  ledger: Ledger,
  commit: string,
  version: Shards | Library,
  sha256: Sha256,
): Promise<void> {
  // Until the last file stands nothing names the parts: no collection may come between.
  await whileLocked(ledger, () => keepVersion(files, ledger.folder, commit, version, sha256));
}

async function keepVersion(
  files: Files,
  folder: string,
  commit: string,
  version: Shards | Library,
  sha256: Sha256,
): Promise<void> {
  if ('experiences' in version) {
    const lines = version.experiences.map((experience) => `${canonicalJson(experience)}\n`);
    return await files.writeAtomic(restoredPath(folder, commit, 'jsonl'), lines.join(''));
  }
  const shards: Record<string, string> = {};
  for (const shard of version.names) shards[shard] = await keepText(files, folder, await version.text(shard), sha256);
  const parts: PackParts = { shards, order: await keepText(files, folder, await version.order(), sha256) };
  await files.writeAtomic(restoredPath(folder, commit, 'parts'), `${canonicalJson(parts)}\n`);
}

/** The version, oldest experience first; undefined where it was not restored, or is large. */
export async function readRestored(files: Files, folder: string, commit: string): Promise<Library | undefined> {
  const path = restoredPath(folder, commit, 'jsonl');
  const text = await files.readText(path);
  if (text === undefined) return undefined;
  const placeOf = ({ metadata, id }: Library['experiences'][number]) => `${metadata.created_at} ${id}`;
  const experiences = recordsOfPart(text, path).sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  return { experiences };
}

/** The parts of a large version that was restored. */
export async function restoredParts(files: Files, folder: string, commit: string): Promise<PackParts | undefined> {
  const path = restoredPath(folder, commit, 'parts');
  const text = await files.readText(path);
  return text === undefined ? undefined : parseJson(text, partsSchema, path);
}
