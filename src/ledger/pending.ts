import { z } from 'zod';
import { type Sha256, toHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import type { Files } from '../world/files/files.ts';
import { type LibraryChanges, decodeChanges, encodeChanges } from './changes.ts';
import { paths } from './layout.ts';
import { type PackParts, partsSchema } from './pack.ts';

/**
 * A change of the ledger that is decided but perhaps not carried out yet. The file that holds it appears atomically:
 * from that instant the new state is in force, and whoever finds the file carries it out to the end.
 */
export interface Pending {
  /** Counts the changes of this copy of the library, so that readers see whether one came between. */
  readonly generation: number;
  readonly layout: 'files' | 'shards';
  readonly changes: LibraryChanges;
  /** Shards that become what these parts hold, and the order; `changes` are then empty but for whether they are all. */
  readonly parts?: PackParts | undefined;
  /** The version that the change makes, its commit and pack written before; null where only the working library changes. */
  readonly version: {
    readonly seq: number;
    readonly commit: string;
    /** The commits before it, where others than the log has come along. */
    readonly before?: readonly string[] | undefined;
  } | null;
}

/** The log once a change is carried out. @param log as it lies there, before that or after */
export function logAfter(log: readonly string[], version: Pending['version']): readonly string[] {
  return version === null ? log : [...(version.before ?? log.slice(0, version.seq - 1)), version.commit];
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const headerSchema = z.strictObject({
  v: z.literal(1),
  generation: z.int().min(1),
  layout: z.enum(['files', 'shards']),
  complete: z.boolean(),
  parts: partsSchema.optional(),
  version: z.strictObject({ seq: z.int().min(1), commit: hash, before: z.array(hash).optional() }).nullable(),
});
const footerSchema = z.strictObject({ sha256: z.string() });

export async function writePending(files: Files, folder: string, pending: Pending, sha256: Sha256): Promise<void> {
  const { generation, layout, changes, parts, version } = pending;
  const shown = parts === undefined ? {} : { parts };
  const header = { v: 1, generation, layout, complete: changes.complete, version, ...shown };
  const text = `${canonicalJson(header)}\n${encodeChanges(changes)}`;
  await files.writeAtomic(`${folder}/${paths.pending}`, `${text}${canonicalJson({ sha256: toHex(sha256(text)) })}\n`);
}

/** Of what may hold a million records the beginning alone, where keys in their canonical order put it. */
export async function pendingGeneration(files: Files, folder: string, sha256: Sha256): Promise<number | undefined> {
  const path = `${folder}/${paths.pending}`;
  if (!(await files.exists(path))) return undefined;
  try {
    const reader = await files.open(path);
    try {
      const beginning = new TextDecoder().decode(await reader.read(0, 64));
      const told = /^\{"complete":(?:true|false),"generation":(\d+),/.exec(beginning)?.[1];
      if (told !== undefined) return Number(told);
    } finally {
      await reader.close();
    }
  } catch (thrown) {
    // Carried out since.
    if (thrown instanceof ZooError && thrown.code === 'not-found') return undefined;
    throw thrown;
  }
  return (await readPending(files, folder, sha256))?.generation;
}

/** @throws ZooError `pending-damaged` */
export async function readPending(files: Files, folder: string, sha256: Sha256): Promise<Pending | undefined> {
  const path = `${folder}/${paths.pending}`;
  const text = await files.readText(path);
  if (text === undefined) return undefined;
  try {
    const lines = text.split('\n');
    const footer = parseJson(lines.at(-2) ?? '', footerSchema, `the end of ${path}`);
    const body = `${lines.slice(0, -2).join('\n')}\n`;
    if (footer.sha256 !== toHex(sha256(body)) || lines.at(-1) !== '')
      throw new ZooError('invalid-data', `${path} does not have the SHA-256 that its end tells`);
    const header = parseJson(lines[0] ?? '', headerSchema, `line 1 of ${path}`);
    const { generation, layout, version, parts } = header;
    return { generation, layout, version, parts, changes: decodeChanges(lines.slice(1, -2), header.complete, path) };
  } catch (cause) {
    throw new ZooError(
      'pending-damaged',
      `${path}, which holds a change that was under way, does not read as written`,
      {
        cause,
        hint: 'Restore the library from git or a snapshot (zoo fetch), or remove that file and check with "zoo ledger fsck".',
        data: { path },
      },
    );
  }
}
