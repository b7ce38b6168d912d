import type { Library } from '../core/library/library.ts';
import type { Files } from '../world/files/files.ts';
import { paths } from './layout.ts';
import { recordsOfPart } from './shards/parts.ts';

/**
 * An earlier version that came back from the network without the pack that its commit names: that also holds the order of
 * the prompt, which is not published. Whoever reads it checks it against the roots of its commit.
 */
function restoredPath(folder: string, commit: string): string {
  return `${folder}/${paths.restored}/${commit}.jsonl`;
}

/** @param lines canonical records, in pieces of whole lines */
export async function keepRestored(
  files: Files,
  folder: string,
  commit: string,
  lines: AsyncIterable<string>,
): Promise<void> {
  const path = restoredPath(folder, commit);
  if (files.writePieces !== undefined) return await files.writePieces(path, lines);
  let text = '';
  for await (const piece of lines) text += piece;
  await files.writeAtomic(path, text);
}

/** The version, oldest experience first; undefined where it was not restored. */
export async function readRestored(files: Files, folder: string, commit: string): Promise<Library | undefined> {
  const path = restoredPath(folder, commit);
  const text = await files.readText(path);
  if (text === undefined) return undefined;
  const placeOf = ({ metadata, id }: Library['experiences'][number]) => `${metadata.created_at} ${id}`;
  const experiences = recordsOfPart(text, path).sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  return { experiences };
}
