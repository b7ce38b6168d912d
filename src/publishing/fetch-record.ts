import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { type CidBytes, formatCid } from '../core/ipld/cid.ts';
import type { Experience } from '../core/library/experience.ts';
import type { Gateway } from '../world/pin/pin.ts';
import { readRecord } from './read-records.ts';
import { receiveBlock } from './receive.ts';

/**
 * A record that was published by itself, from the first gateway that has it.
 *
 * @throws ZooError `fetch-failed` when none has it; of exit code 5 for what is no record
 */
export async function fetchRecord(
  cid: CidBytes,
  gateways: readonly Gateway[],
  sha256: Sha256,
  signal: AbortSignal,
): Promise<Experience> {
  const reasons: string[] = [];
  for (const gateway of gateways)
    try {
      return readRecord(await receiveBlock(gateway, cid, sha256, signal));
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || !['not-found', 'gateway-failed', 'block-mismatch'].includes(thrown.code))
        throw thrown;
      reasons.push(`${gateway.name}: ${thrown.message}`);
    }
  throw new ZooError('fetch-failed', `nobody has the record ${formatCid(cid)} (${reasons.join('; ').slice(0, 300)})`, {
    hint: 'Name gateways that have it: --gateway (ZOO_GATEWAY).',
  });
}
