import { z } from 'zod';
import { parseJson } from '../core/json.ts';
import type { Files } from '../world/files/files.ts';

const anchorSchema = z.looseObject({
  v: z.literal(1),
  version: z.string(),
  /** Id of the commit, hexadecimal. */
  commit: z.string(),
  recordsRoot: z.string(),
  /** Root of the snapshot on IPFS. */
  cid: z.string(),
  /** Ids of its archives on Arweave, by where they went. */
  archives: z.record(z.string(), z.string()).optional(),
});

/** Under which names a version was published. It lies in git, so that a clone finds what it does not hold. */
export type Anchor = z.infer<typeof anchorSchema>;

export async function readAnchor(files: Files, library: string, commit: string): Promise<Anchor | undefined> {
  const path = anchorPath(library, commit);
  const text = await files.readText(path);
  return text === undefined ? undefined : parseJson(text, anchorSchema, path);
}

/** Adds to what stands there; what others wrote stays. */
export async function writeAnchor(files: Files, library: string, anchor: Anchor): Promise<void> {
  const there = await readAnchor(files, library, anchor.commit);
  const archives = { ...there?.archives, ...anchor.archives };
  const all = { ...there, ...anchor, ...(Object.keys(archives).length === 0 ? {} : { archives }) };
  const text = `${JSON.stringify(all, null, 2)}\n`;
  if (there === undefined || `${JSON.stringify(there, null, 2)}\n` !== text)
    await files.writeAtomic(anchorPath(library, anchor.commit), text);
}

function anchorPath(library: string, commit: string): string {
  return `${library}/anchors/${commit}.json`;
}
