import { codecs, cidOf, formatCid } from '../core/ipld/cid.ts';
import { fromHex } from '../core/digest.ts';
import { ZooError, exitCode } from '../core/error.ts';
import type { Place } from './proposals.ts';

/** A version as the registry keeps it; hexadecimal without 0x. */
export interface RegisteredVersion {
  /** Counts what came into force, from 1; not the number of the ledger's version. */
  readonly seq: number;
  readonly size: number;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly commit: string;
  readonly recordsRoot: string;
  readonly mapRoot: string;
  readonly logRoot: string;
  readonly cid: string;
  readonly previous: string;
  readonly proposalId: string;
}

/** The version in force; undefined while there is none. @param seq another one, from 1 */
export async function versionInForce(
  { chain, addresses }: Pick<Place, 'chain' | 'addresses'>,
  seq?: number,
): Promise<RegisteredVersion | undefined> {
  const { registry } = chain.contracts(addresses);
  const count = Number(await registry.versionCount());
  if (count === 0 && seq === undefined) return undefined;
  if (seq !== undefined && (seq < 1 || seq > count))
    throw new ZooError('unknown-version', `${count} versions came into force so far, and none is number ${seq}`, {
      exitCode: exitCode.usage,
    });
  const version = await registry.versionAt(seq ?? count);
  return {
    seq: Number(version.seq),
    size: Number(version.size),
    timestamp: Number(version.timestamp),
    commit: bare(version.commitHash),
    recordsRoot: bare(version.recordsRoot),
    mapRoot: bare(version.mapRoot),
    logRoot: bare(version.logRoot),
    cid: formatCid(cidOf(codecs.dagCbor, fromHex(bare(version.cidDigest)))),
    previous: bare(version.previous),
    proposalId: String(version.proposalId),
  };
}

function bare(hex: string): string {
  return hex.replace(/^0x/, '').toLowerCase();
}
