import type { Sha256 } from '../core/digest.ts';
import { toHex } from '../core/digest.ts';
import { maximumBlockBytes, readCar } from '../core/ipld/car.ts';
import { type Block, type CidBytes, cidKey, digestOf, parseCid } from '../core/ipld/cid.ts';
import type { Commit } from '../core/tree/commit.ts';
import type { SignedItem } from '../world/archive/archive.ts';
import { decodePage, decodeRoot } from './manifest.ts';
import { newestOf, readCommits } from './read-commits.ts';
import { unverified } from './unverified.ts';

export interface LoggedCommit {
  readonly id: string;
  readonly commit: Commit;
}

export interface Beginning {
  /** Id of the commit that the archive's root names. */
  readonly commit: string;
  /** Every commit from the first to it; empty when it was known already and the log was not read. */
  readonly commits: readonly LoggedCommit[];
}

/** Bytes of a log of commits at most: some ten thousand versions. */
const logBytesAtMost = 64 * 1024 * 1024;

/**
 * What an archive's content begins with: the root, which names a commit, and the log of commits, each hashed and the
 * parent of the next. Not more is read than that, and only the root when its commit is known.
 *
 * @param cid that the root has to have
 * @throws ZooError of exit code 5
 */
export async function readBeginning(
  item: SignedItem,
  cid: string,
  known: ReadonlyMap<string, unknown>,
  { sha256, signal }: { readonly sha256: Sha256; readonly signal: AbortSignal },
): Promise<Beginning> {
  const limits = { blockBytes: maximumBlockBytes, totalBytes: Math.min(item.bytes, logBytesAtMost) };
  const { blocks } = await readCar(item.content(signal), sha256, limits);
  const gathered = new Map<string, Block>();
  try {
    const first = await blocks.next();
    if (first.done === true || cidKey(first.value.cid) !== cidKey(parseCid(cid)))
      throw unverified('archive-forged', `the content of ${item.id} does not begin with the root that its tags name`);
    const root = decodeRoot(first.value);
    const commit = toHex(digestOf(root.commit));
    if (known.has(commit)) return { commit, commits: [] };
    while (!gathered.has(cidKey(root.commit))) {
      const next = await blocks.next();
      if (next.done === true) throw unverified('archive-incomplete', `${item.id} ends before its log does`);
      gathered.set(cidKey(next.value.cid), { cid: next.value.cid, bytes: next.value.bytes.slice() });
    }
    const log = await readCommits(
      { block: async (one) => block(one), families: async (cids) => cids.map(family) },
      root.log,
    );
    newestOf(log, root.commit, root.size);
    return {
      commit,
      commits: log.map(({ cid: one, commit: logged }) => ({ id: toHex(digestOf(one)), commit: logged })),
    };
  } finally {
    await blocks.return(undefined);
  }

  function block(wanted: CidBytes): Block {
    const there = gathered.get(cidKey(wanted));
    if (there !== undefined) return there;
    throw unverified('archive-incomplete', `${item.id} does not have its log at its beginning`);
  }

  function family(page: CidBytes): ReadonlyMap<string, Block> {
    const members = [page, ...decodePage(block(page))].map((cid) => [cidKey(cid), block(cid)] as const);
    return new Map(members);
  }
}
