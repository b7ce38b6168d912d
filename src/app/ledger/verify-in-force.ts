import { ZooError, exitCode } from '../../core/error.ts';
import { toHex } from '../../core/digest.ts';
import { findDifferences } from '../../core/tree/difference.ts';
import { keyAt, sortEntries } from '../../core/tree/merkle-map.ts';
import { versionInForce } from '../../governance/version-in-force.ts';
import { type ShardTree, shardNames } from '../../ledger/shards/shard-trees.ts';
import { addressOf, openPlace } from '../chain.ts';
import type { Config } from '../config.ts';
import { openAddress, openReference } from '../library-reference.ts';
import { files } from '../wire/platform.ts';
import { checkRecords } from './check-records.ts';
import { configuredLedger } from './open.ts';

/** A library against the root that is in force. */
export interface VerifiedInForce {
  readonly kind: 'in-force';
  readonly reference: string;
  /** The version in force, by the registry. */
  readonly seq: number;
  readonly root: string;
  readonly cid: string;
  /** Experiences of the library that are in force, letter for letter. */
  readonly verified: readonly string[];
  /** Those that are in force with other content, and those that are not in force at all. */
  readonly changed: readonly string[];
  readonly unknown: readonly string[];
  /** What is in force and not in the library. */
  readonly missing: readonly string[];
}

export interface InForceRequest {
  /** The library to check; the working one unless given, or what is in force where there is none. */
  readonly reference: string | undefined;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onDropped: (gateway: string, why: string) => void;
}

/**
 * Checks every experience of a library against the root that the registry has in force. The library in force is had by its
 * CID from whoever has it; what counts is that all of its records together have the root on chain.
 *
 * @throws ZooError `nothing-in-force`; of exit code 5 for what does not verify
 */
export async function verifyInForce(config: Config, request: InForceRequest): Promise<VerifiedInForce> {
  const { reference = await usualReference(config), folder, signal, onDropped } = request;
  const current = await versionInForce(await openPlace(config));
  if (current === undefined)
    throw new ZooError('nothing-in-force', 'no version of the library is in force on this chain yet', {
      exitCode: exitCode.usage,
      hint: 'Bring one into force: zoo propose, zoo vote, zoo execute.',
    });
  const { seq, cid, recordsRoot: root } = current;
  const context = { config, ledger: configuredLedger(config), folder, signal };
  const inForce = await checkRecords(await openAddress(addressOf(current), context, onDropped));
  if (inForce.roots.recordsRoot !== root)
    throw new ZooError('root-mismatch', `the records that were had of ${cid} do not have the root that is in force`, {
      exitCode: exitCode.verification,
      hint: 'Run "zoo ledger fsck" where the version is kept; "zoo cat --chain" fetches it anew.',
    });
  const own = reference === 'chain' ? inForce : await checkRecords(await openReference(reference, context));
  return { kind: 'in-force', reference, seq, root, cid, ...(await sortIds(inForce.trees, own.trees)) };
}

async function usualReference(config: Config): Promise<string> {
  return (await files.exists(`${config.settings.library}/library.json`)) ? 'working' : 'chain';
}

/** Ids of a library by how they stand to another, in order of their keys. */
async function sortIds(
  inForce: readonly ShardTree[],
  own: readonly ShardTree[],
): Promise<Pick<VerifiedInForce, 'verified' | 'changed' | 'unknown' | 'missing'>> {
  const sorted = {
    verified: [] as string[],
    changed: [] as string[],
    unknown: [] as string[],
    missing: [] as string[],
  };
  const [before, after] = [inForce, own].map((trees) => new Map(trees.map((tree) => [tree.shard, tree])));
  for (const shard of shardNames) {
    const was = await before?.get(shard)?.entries();
    const is = await after?.get(shard)?.entries();
    const differences = new Map(
      findDifferences(was ?? nothing, is ?? nothing).map((difference) => [toHex(difference.key), difference]),
    );
    for (const [place, id] of (is?.ids() ?? []).entries()) {
      const difference = is === undefined ? undefined : differences.get(toHex(keyAt(is, place)));
      if (difference === undefined) sorted.verified.push(id);
      else sorted[difference.before === undefined ? 'unknown' : 'changed'].push(id);
    }
    for (const [place, id] of (was?.ids() ?? []).entries()) {
      const difference = was === undefined ? undefined : differences.get(toHex(keyAt(was, place)));
      if (difference !== undefined && difference.after === undefined) sorted.missing.push(id);
    }
  }
  return sorted;
}

const nothing = sortEntries([]);
