import type { Sha256 } from '../core/digest.ts';
import { ZooError, exitCode, messageOf } from '../core/error.ts';
import { maximumBlockBytes, readCar } from '../core/ipld/car.ts';
import { type CidBytes, cidKey, formatCid, parseCid } from '../core/ipld/cid.ts';
import { commitId } from '../core/tree/commit.ts';
import type { ArchiveGateway, SignedItem } from '../world/archive/archive.ts';
import type { BlockStore, CarFile, Gateway } from '../world/pin/pin.ts';
import { type ArchiveClaims, contradiction, readClaims } from './archive-tags.ts';
import { type FetchedVersion, type Keeper, fetchVersion, keepNothing } from './fetch.ts';
import type { FetchWorld } from './reading.ts';
import { unverified } from './unverified.ts';

export interface ArchivedWorld {
  readonly gateways: readonly ArchiveGateway[];
  /** The embedded node, which may have it already. */
  readonly kept: Pick<BlockStore, 'car'>;
  /** Holds what is downloaded until it is verified; empty. */
  readonly temporary: BlockStore;
  /** Reads blocks of the temporary store, hashed again. */
  readonly asGateway: (blocks: Pick<BlockStore, 'get' | 'following'>) => Gateway;
  /** Keeps what has to be downloaded, under its CID, when all of it has come and verifies. */
  readonly keep: (cid: string, fetch: (keeper: Keeper) => Promise<FetchedVersion>) => Promise<FetchedVersion>;
  readonly sha256: Sha256;
  readonly signal: AbortSignal;
  readonly limits: FetchWorld['limits'];
  /** Whether somebody who is trusted signed it; everybody is unless given. */
  readonly isAuthentic?: ((archived: AuthoredVersion) => boolean) | undefined;
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
}

/** What tells who made a version: who signed the archive, and who signed the commit in it. */
export interface AuthoredVersion {
  /** Addresses of who signed the archive. */
  readonly owners: readonly string[];
  readonly commitId: string;
  readonly signatures: FetchedVersion['signatures'];
}

export interface ArchivedVersion extends FetchedVersion {
  readonly archive: string;
  readonly owners: readonly string[];
}

/**
 * A version from nothing but the id of its archive. The id is that of a signature, which signs exactly the content that
 * came; the content is a CAR whose blocks hash to what links them, whose records have the roots of its commit, and whose
 * commits lead back to the first. What the tags say has to agree with it.
 *
 * @throws ZooError of exit code 5 for whatever does not verify; `not-found` when no gateway has it
 */
export async function fetchArchived(id: string, world: ArchivedWorld): Promise<ArchivedVersion> {
  const { gateways, signal, onDropped } = world;
  let worst: ZooError | undefined;
  for (const gateway of gateways)
    try {
      return await fetchFrom(await gateway.open(id, signal), world);
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || signal.aborted) throw thrown;
      // Too much is too much, whoever has it, and nobody else's signature will be another.
      if (['too-large', 'not-by-author'].includes(thrown.code)) throw thrown;
      onDropped?.(gateway.name, thrown.message);
      // A lie says more than a silence.
      if (worst?.exitCode !== exitCode.verification) worst = thrown;
    }
  throw worst ?? new ZooError('not-found', 'there is no gateway of Arweave to ask', { hint: gatewayHint });
}

async function fetchFrom(item: SignedItem, world: ArchivedWorld): Promise<ArchivedVersion> {
  const { limits, sha256, signal, temporary, asGateway, isAuthentic } = world;
  const claims = readClaims(item.tags);
  if (typeof claims === 'string') throw unverified('not-an-archive', `${item.id} is no archive of zoo: ${claims}`);
  if (item.bytes > limits.bytes) throw tooLarge(item, limits.bytes);
  const downloaded = await obtain(item, parseCid(claims.cid), world);
  const fetch = (keeper: Keeper) =>
    fetchVersion(parseCid(claims.cid), { gateways: [asGateway(temporary)], sha256, signal, limits }, keeper);
  const fetched = await (downloaded === 0 ? fetch(keepNothing) : world.keep(claims.cid, fetch)).catch(blameArchive);
  checkClaims(claims, fetched, sha256);
  const archived: ArchivedVersion = { ...fetched, archive: item.id, owners: item.owners, bytes: downloaded };
  if (isAuthentic?.(archived) === false)
    throw unverified('not-by-author', `neither ${item.id} nor the commit in it is signed by the author asked for`);
  return archived;
}

/** Brings the content into the temporary store, proven to be what the id names; the bytes that had to be downloaded. */
async function obtain(item: SignedItem, root: CidBytes, world: ArchivedWorld): Promise<number> {
  const { kept, temporary, sha256, signal } = world;
  const own = await kept.car(root);
  const usable = own !== undefined && own.bytes === item.bytes && (await item.holds(own));
  const source = usable ? own.stream() : item.content(signal);
  const { roots, blocks } = await readCar(source, sha256, { blockBytes: maximumBlockBytes, totalBytes: item.bytes });
  if (roots.length !== 1 || cidKey(roots[0] as CidBytes) !== cidKey(root)) {
    await blocks.return(undefined);
    throw unverified('archive-forged', `the content of ${item.id} is not the ${formatCid(root)} that its tags name`);
  }
  await temporary.keep(root, blocks, { whole: true });
  const car = (await temporary.car(root)) as CarFile;
  if (usable) return 0;
  if (await item.holds(car)) return item.bytes;
  throw unverified('archive-forged', `what came for ${item.id} is not what was signed`);
}

function checkClaims(claims: ArchiveClaims, fetched: FetchedVersion, sha256: Sha256): void {
  const [first] = fetched.log;
  const library = first === undefined ? '' : commitId(first, sha256);
  const lie = contradiction(claims, fetched.commit, fetched.commitId, library);
  if (lie !== undefined) throw unverified('archive-tags-lie', lie);
}

/** A block that the archive lacks is the archive's fault. */
function blameArchive(thrown: unknown): never {
  if (thrown instanceof ZooError && thrown.code === 'fetch-failed')
    throw unverified('archive-incomplete', `it lacks a block that it links: ${messageOf(thrown)}`, thrown);
  throw thrown;
}

function tooLarge({ id, bytes }: SignedItem, most: number): ZooError {
  return new ZooError('too-large', `${id} takes ${bytes} bytes, and ${most} are allowed`, {
    exitCode: exitCode.verification,
    hint: 'If it is meant to be that large, allow it with --max-bytes (ZOO_MAX_BYTES).',
  });
}

const gatewayHint = 'Name gateways that have it with --arweave-gateway (ZOO_ARWEAVE_GATEWAY).';
