import { type Sha256, fromHex, toHex } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import { type CertifiedChange, encodeCertificate, verifyCertificate } from '../../core/tree/difference-certificate.ts';
import { type Difference, findDifferences, proveDifference } from '../../core/tree/difference.ts';
import { type MapEntries, placeOfKey, sortEntries } from '../../core/tree/merkle-map.ts';
import type { Files } from '../../world/files/files.ts';
import type { Ledger } from '../open-ledger.ts';
import type { PartEntries } from '../shards/parts.ts';
import { openShardTrees } from '../shards/open-shard-trees.ts';
import { type ShardTree, isSameShard, loadEntries, mapOfShards, shardNames } from '../shards/shard-trees.ts';

export interface VersionsCertificate {
  readonly bytes: Uint8Array;
  readonly changes: readonly CertifiedChange[];
  /** The two mapRoots (hexadecimal) that the certificate is checked with. */
  readonly before: string;
  readonly after: string;
}

/**
 * The certificate of the difference between two versions, or a version and the working library. Only the hashes of the
 * shards are compared, and the entries of those that differ; it is verified before it is handed out.
 *
 * @param beforeReference `working`, or a version by any name that the ledger knows; so is `afterReference`
 * @throws ZooError `root-mismatch` when what lies there is not what the version's commit says
 */
export async function certifyVersions(
  files: Files,
  ledger: Ledger,
  beforeReference: string,
  afterReference: string,
  sha256: Sha256,
): Promise<VersionsCertificate> {
  const before = await openShardTrees(files, ledger, beforeReference, sha256);
  const after = await openShardTrees(files, ledger, afterReference, sha256);
  const certified = await certifyShards(before, after, sha256);
  await checkRoot(ledger, beforeReference, certified.before);
  await checkRoot(ledger, afterReference, certified.after);
  const roots = { before: fromHex(certified.before), after: fromHex(certified.after) };
  verifyCertificate(sha256, certified.bytes, roots);
  return certified;
}

async function checkRoot(ledger: Ledger, reference: string, root: string): Promise<void> {
  if (reference === 'working') return;
  const { version, commit } = await ledger.findVersion(reference);
  if (commit.mapRoot === root) return;
  throw new ZooError('root-mismatch', `what the parts hold for ${version} does not have the root of its commit`, {
    hint: 'Run "zoo ledger fsck"; remove the folder .zoo/index in the library, which is made anew.',
    data: { version },
  });
}

async function certifyShards(
  before: readonly ShardTree[],
  after: readonly ShardTree[],
  sha256: Sha256,
): Promise<VersionsCertificate> {
  const changed = changedShards(before, after);
  const [was, is] = [await loadEntries(before, changed), await loadEntries(after, changed)];
  const differences: Difference[] = [];
  const changes: CertifiedChange[] = [];
  for (const shard of changed) {
    const [old, next] = [was.get(shard), is.get(shard)];
    const idOf = createIdFinder([old, next].filter((entries) => entries !== undefined));
    for (const difference of findDifferences(old ?? nothing, next ?? nothing)) {
      const { key, before: had, after: has } = difference;
      differences.push(difference);
      changes.push({ id: idOf(key), before: had, after: has });
    }
  }
  const [oldMap, nextMap] = [mapOfShards(before, was, sha256), mapOfShards(after, is, sha256)];
  return {
    bytes: encodeCertificate(changes, proveDifference(oldMap, nextMap, differences)),
    changes,
    before: toHex(oldMap.hash()),
    after: toHex(nextMap.hash()),
  };
}

function changedShards(before: readonly ShardTree[], after: readonly ShardTree[]): ReadonlySet<string> {
  const old = new Map(before.map((tree) => [tree.shard, tree]));
  const next = new Map(after.map((tree) => [tree.shard, tree]));
  return new Set(shardNames.filter((shard) => !isSameShard(old.get(shard), next.get(shard))));
}

const nothing: MapEntries = sortEntries([]);

function createIdFinder(shards: readonly PartEntries[]): (key: Uint8Array) => string {
  const named = shards.map((entries) => ({ entries, ids: entries.ids() }));
  return (key) => {
    for (const { entries, ids } of named) {
      const id = ids[placeOfKey(entries, key)];
      if (id !== undefined) return id;
    }
    throw new RangeError(`no record has the key ${toHex(key)}`);
  };
}
