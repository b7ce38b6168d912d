import { type Sha256, toHex } from '../../core/digest.ts';
import { type CertifiedChange, encodeCertificate, verifyCertificate } from '../../core/tree/difference-certificate.ts';
import { type Difference, findDifferences, proveDifference } from '../../core/tree/difference.ts';
import { type MapEntries, placeOfKey, sortEntries } from '../../core/tree/merkle-map.ts';
import type { PartEntries } from '../shards/parts.ts';
import { type ShardTree, isSameShard, loadEntries, mapOfShards, shardNames, treesOf } from '../shards/shard-trees.ts';
import { type VersionShards, checkRoots } from '../shards/version-shards.ts';

export interface ShardsCertificate {
  readonly bytes: Uint8Array;
  readonly changes: readonly CertifiedChange[];
  /** The two mapRoots (hexadecimal) that the certificate is checked with. */
  readonly before: string;
  readonly after: string;
}

/**
 * The certificate of the difference between two libraries. Only the hashes of the shards are compared, and the entries of
 * those that differ; it is verified before it is handed out.
 *
 * @throws ZooError `root-mismatch` when what lies there is not what a version's commit says
 */
export async function certifyShards(
  before: VersionShards,
  after: VersionShards,
  sha256: Sha256,
): Promise<ShardsCertificate> {
  const [old, next] = [await treesOf(before.shards), await treesOf(after.shards)];
  const changed = changedShards(old, next);
  const [was, is] = [await loadEntries(old, changed), await loadEntries(next, changed)];
  const differences: Difference[] = [];
  const changes: CertifiedChange[] = [];
  for (const shard of changed) {
    const [had, has] = [was.get(shard), is.get(shard)];
    const idOf = createIdFinder([had, has].filter((entries) => entries !== undefined));
    for (const difference of findDifferences(had ?? nothing, has ?? nothing)) {
      differences.push(difference);
      changes.push({ id: idOf(difference.key), before: difference.before, after: difference.after });
    }
  }
  const [oldMap, nextMap] = [mapOfShards(old, was, sha256), mapOfShards(next, is, sha256)];
  const roots = { before: oldMap.hash(), after: nextMap.hash() };
  checkRoots(before, { mapRoot: toHex(roots.before) });
  checkRoots(after, { mapRoot: toHex(roots.after) });
  const bytes = encodeCertificate(changes, proveDifference(oldMap, nextMap, differences));
  verifyCertificate(sha256, bytes, roots);
  return { bytes, changes, before: toHex(roots.before), after: toHex(roots.after) };
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
