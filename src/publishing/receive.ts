import type { Sha256 } from '../core/digest.ts';
import { ZooError, exitCode } from '../core/error.ts';
import { maximumBlockBytes, readCar } from '../core/ipld/car.ts';
import { type Block, type CidBytes, cidKey, digestOf, formatCid } from '../core/ipld/cid.ts';
import { linksOf } from '../core/ipld/links.ts';
import { equalBytes } from '../core/tree/hashing.ts';
import type { Gateway } from '../world/pin/pin.ts';

/** Bytes that a whole fetch may take, whoever sends them. */
export interface Allowance {
  readonly most: number;
  spent: number;
}

/** @throws ZooError `too-large` (exit 5) */
export function spend(allowance: Allowance, bytes: number): void {
  allowance.spent += bytes;
  if (allowance.spent <= allowance.most) return;
  throw new ZooError('too-large', `what was asked for takes more than ${allowance.most} bytes`, {
    exitCode: exitCode.verification,
    hint: 'If it is meant to be that large, allow it with --max-bytes (ZOO_MAX_BYTES).',
  });
}

/** One block from one gateway, hashed. @throws ZooError `block-mismatch`, `too-large` (exit 5), and what the gateway throws */
export async function receiveBlock(
  gateway: Gateway,
  cid: CidBytes,
  sha256: Sha256,
  signal: AbortSignal,
): Promise<Block> {
  const bytes = await gateway.block(cid, signal);
  if (bytes.length > maximumBlockBytes)
    throw new ZooError('too-large', `${gateway.name} sent a block of more than ${maximumBlockBytes} bytes`, {
      exitCode: exitCode.verification,
    });
  if (equalBytes(sha256(bytes), digestOf(cid))) return { cid, bytes };
  throw new ZooError('block-mismatch', `${gateway.name} sent something else than ${formatCid(cid)} names`, {
    exitCode: exitCode.verification,
    hint: 'It is broken or lies; fetch from another gateway (--gateway, ZOO_GATEWAY).',
  });
}

export interface ReceiveOptions {
  readonly sha256: Sha256;
  readonly signal: AbortSignal;
  /** What each block that is new is taken from. */
  readonly allowance: Allowance;
  /** Called for every block that was got. */
  readonly progressed: () => void;
}

/** A node and the blocks that it links, by their keys. */
export type Family = Map<string, Block>;

/**
 * Completes a family from one gateway: as one CAR where it makes CARs, what is missing then block by block. Blocks that
 * nobody asked for are a lie. What was gathered stays gathered when it fails, so that several gateways which each have
 * a part can complete it together.
 */
export async function receiveFamily(
  gateway: Gateway,
  cid: CidBytes,
  family: Family,
  options: ReceiveOptions,
): Promise<Family> {
  const { sha256, signal } = options;
  if (family.size === 0) {
    const car = await gateway.car(cid, signal);
    if (car !== undefined) await gatherCar(gateway, car, cid, family, options);
  }
  const complete = async (wanted: CidBytes): Promise<Block> => {
    const there = family.get(cidKey(wanted));
    if (there !== undefined) return there;
    const block = await receiveBlock(gateway, wanted, sha256, signal);
    gather(family, cidKey(wanted), block, options);
    return block;
  };
  let missing: unknown;
  const links = linksOf(await complete(cid));
  for (const link of links)
    try {
      await complete(link);
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || thrown.code !== 'not-found') throw thrown;
      missing = thrown;
    }
  // Another gateway may have brought meanwhile what this one lacks.
  if (missing !== undefined && !links.every((link) => family.has(cidKey(link)))) throw missing;
  return family;
}

/** A leaf with its records or a page with its commits is far below this. */
const familyBytes = 64 * 1024 * 1024;

async function gatherCar(
  gateway: Gateway,
  car: AsyncIterable<Uint8Array>,
  cid: CidBytes,
  family: Family,
  options: ReceiveOptions,
): Promise<void> {
  const { sha256, allowance } = options;
  const { blocks } = await readCar(car, sha256, {
    blockBytes: maximumBlockBytes,
    totalBytes: Math.min(familyBytes, allowance.most - allowance.spent),
  });
  let expected: ReadonlySet<string> | undefined;
  for await (const { cid: found, bytes } of blocks) {
    const key = cidKey(found);
    const first = key === cidKey(cid);
    if (first) expected = new Set(linksOf({ cid, bytes }).map(cidKey));
    else if (expected?.has(key) !== true)
      throw new ZooError('block-mismatch', `${gateway.name} sent blocks that nobody asked for`, {
        exitCode: exitCode.verification,
        hint: 'Fetch from another gateway (--gateway, ZOO_GATEWAY).',
      });
    // What is kept must not hold the whole piece of the stream that it came in.
    gather(family, key, { cid: found, bytes: bytes.slice() }, options);
  }
}

function gather(family: Family, key: string, block: Block, { allowance, progressed }: ReceiveOptions): void {
  if (!family.has(key)) spend(allowance, block.bytes.length);
  family.set(key, block);
  progressed();
}
