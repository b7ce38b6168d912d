import { toHex } from '../core/digest.ts';
import { ZooError, messageOf } from '../core/error.ts';
import { type CidBytes, digestOf, parseCid } from '../core/ipld/cid.ts';
import { archiveMark } from '../publishing/archive-tags.ts';
import { decodeRoot } from '../publishing/manifest.ts';
import type { Config } from './config.ts';
import { openArchiveGateways } from './wire/archives.ts';
import { blocksOf } from './wire/publishing.ts';

/** Something published that says that it is the version which is looked for. */
export interface FoundByHash {
  /** A CID, or `ar://<id>`. */
  readonly reference: string;
  /** What of it has to be the hash. */
  readonly by: 'root' | 'commit';
}

export interface FindOptions {
  readonly signal: AbortSignal;
  /** Told where nobody could be asked. */
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
}

/** Archives of one root that are tried. */
const archivesAtMost = 100;

/**
 * What was published of the version with a recordsRoot or a commit: in the embedded node, and then in archives on Arweave
 * by their tags. Whether it is that version shows when it is fetched.
 *
 * @param hash 64 hexadecimal digits
 */
export async function* findByHash(
  config: Config,
  hash: string,
  { signal, onDropped }: FindOptions,
): AsyncGenerator<FoundByHash> {
  const blocks = blocksOf(config);
  for (const { cid, whole } of await blocks.list()) {
    const named = whole ? await hashesOf(parseCid(cid), (one) => blocks.get(one)) : undefined;
    if (named?.root === hash) yield { reference: cid, by: 'root' };
    else if (named?.commit === hash) yield { reference: cid, by: 'commit' };
  }
  for (const gateway of await openArchiveGateways(config))
    for (const [tag, by] of [
      ['Zoo-Root', 'root'],
      ['Zoo-Commit', 'commit'],
    ] as const) {
      const query = { tags: [...archiveMark, { name: tag, values: [hash] }], owners: undefined, most: archivesAtMost };
      try {
        for await (const { id } of gateway.find(query, signal)) yield { reference: `ar://${id}`, by };
      } catch (thrown) {
        if (!(thrown instanceof ZooError) || signal.aborted) throw thrown;
        onDropped?.(gateway.name, messageOf(thrown));
      }
    }
}

/** The commit that a root names, and the recordsRoot in it; undefined for what is no version. */
async function hashesOf(
  root: CidBytes,
  read: (cid: CidBytes) => Promise<Uint8Array | undefined>,
): Promise<{ readonly commit: string; readonly root: string } | undefined> {
  const bytes = await read(root);
  if (bytes === undefined) return undefined;
  try {
    const { commit } = decodeRoot({ cid: root, bytes });
    const text = new TextDecoder().decode(await read(commit));
    const found = /"recordsRoot":"([0-9a-f]{64})"/.exec(text);
    return { commit: toHex(digestOf(commit)), root: found?.[1] ?? '' };
  } catch (thrown) {
    // Others may keep there what is no version.
    if (thrown instanceof ZooError) return undefined;
    throw thrown;
  }
}
