import type { Sha256 } from '../../src/core/digest.ts';
import { certifyShards } from '../../src/ledger/proofs/certify-shards.ts';
import type { Ledger } from '../../src/ledger/open-ledger.ts';
import { proveInShards } from '../../src/ledger/shards/prove-in-shards.ts';
import { openAsShards } from '../../src/ledger/shards/shards.ts';
import type { VersionShards } from '../../src/ledger/shards/version-shards.ts';
import type { Files } from '../../src/world/files/files.ts';

/** A version, or the working library and the version that it is. */
async function openVersion(files: Files, ledger: Ledger, reference: string, sha256: Sha256): Promise<VersionShards> {
  const shards = await openAsShards(files, ledger, reference, sha256);
  if (reference !== 'working') return { shards, commit: (await ledger.findVersion(reference)).commit };
  const newest = (await ledger.history()).at(-1);
  const { recordsRoot } = await shards.roots();
  return { shards, commit: newest?.commit.recordsRoot === recordsRoot ? newest.commit : null };
}

/** The certificate of the difference between two libraries of a ledger. */
export async function certify(files: Files, ledger: Ledger, before: string, after: string, sha256: Sha256) {
  const [old, next] = [
    await openVersion(files, ledger, before, sha256),
    await openVersion(files, ledger, after, sha256),
  ];
  return await certifyShards(old, next, sha256);
}

export async function prove(files: Files, ledger: Ledger, ids: readonly string[], reference: string, sha256: Sha256) {
  const world = { files, folder: ledger.folder, sha256 };
  return await proveInShards(await openVersion(files, ledger, reference, sha256), ids, world);
}
