import { codecs, cidOf, formatCid } from '../core/ipld/cid.ts';
import { fromHex } from '../core/digest.ts';
import { ZooError, exitCode } from '../core/error.ts';
import type { IExperienceRegistry } from '../world/chain/bindings/ExperienceRegistry.ts';
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
  /** Of its archive on Arweave, base64url; null where there is none. */
  readonly arweaveId: string | null;
  readonly previous: string;
  readonly proposalId: string;
}

/**
 * The version in force; undefined while there is none. The registry keeps a digest of every version; what it stands for is
 * read from the event of the version, back from the newest, and checked against that digest by the registry.
 *
 * @param seq another one, from 1
 * @throws ZooError `unknown-version`, `rpc-lies` where no event is what the registry keeps
 */
export async function versionInForce(
  place: Pick<Place, 'chain' | 'addresses'>,
  seq?: number,
): Promise<RegisteredVersion | undefined> {
  const { registry } = place.chain.contracts(place.addresses);
  const count = Number(await registry.versionCount());
  if (count === 0 && seq === undefined) return undefined;
  if (seq !== undefined && (seq < 1 || seq > count))
    throw new ZooError('unknown-version', `${count} versions came into force so far, and none is number ${seq}`, {
      exitCode: exitCode.usage,
    });
  const head = await registry.latest();
  let [number, block] = [Number(head.seq), Number(head.blockNumber)];
  for (;;) {
    const version = await publishedIn(place, number, block);
    if (number === (seq ?? number)) return registered(version);
    [number, block] = [number - 1, Number(version.previousBlock)];
  }
}

type PublishedVersion = IExperienceRegistry.VersionStructOutput;

async function publishedIn(
  { chain, addresses }: Pick<Place, 'chain' | 'addresses'>,
  seq: number,
  block: number,
): Promise<PublishedVersion> {
  const events = await chain.events('registry', addresses.registry, 'VersionPublished', block, block);
  const version = events.find(({ args }) => Number(args['seq']) === seq)?.args['version'] as
    | PublishedVersion
    | undefined;
  const { registry } = chain.contracts(addresses);
  // A copy: what comes of an event is frozen, and ethers writes into the lists that it is given.
  const isIt = version !== undefined && (await registry.isVersion([...version] as unknown as typeof version));
  if (isIt) return version;
  throw new ZooError('rpc-lies', `the node gives no event of version ${seq} that is what the registry keeps of it`, {
    exitCode: exitCode.verification,
    hint: 'Ask another node with --rpc-url (ZOO_RPC_URL); one that keeps the events of the past.',
    data: { seq, block },
  });
}

function registered(version: PublishedVersion): RegisteredVersion {
  return {
    seq: Number(version.seq),
    size: Number(version.size),
    timestamp: Number(version.timestamp),
    commit: bare(version.commitHash),
    recordsRoot: bare(version.recordsRoot),
    mapRoot: bare(version.mapRoot),
    logRoot: bare(version.logRoot),
    cid: formatCid(cidOf(codecs.dagCbor, fromHex(bare(version.cidDigest)))),
    arweaveId: archiveOf(version.arweaveId),
    previous: bare(version.previous),
    proposalId: String(version.proposalId),
  };
}

/** @param hex 32 bytes; zeros stand for none */
export function archiveOf(hex: string): string | null {
  const digits = bare(hex);
  return /^0*$/.test(digits) ? null : Buffer.from(digits, 'hex').toString('base64url');
}

function bare(hex: string): string {
  return hex.replace(/^0x/, '').toLowerCase();
}
