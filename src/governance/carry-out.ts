import type { Account, Addresses, Call, Chain, DecodedCall, Estimate, Mined } from '../world/chain/chain.ts';
import type { Intent } from './intent.ts';

/** An intent that the chain would accept now, with what it costs. */
export interface Prepared {
  readonly intent: Intent;
  readonly from: string;
  readonly decoded: DecodedCall;
  /** What a proposal does once it is executed, where the call is about one. */
  readonly proposed: readonly DecodedCall[];
  readonly estimate: Estimate;
}

/** @throws ZooError `reverted` when the contracts would refuse it; nothing was sent then */
export async function prepare(chain: Chain, addresses: Addresses, from: string, intent: Intent): Promise<Prepared> {
  const estimate = await chain.simulate(from, intent.call);
  const proposed = (intent.proposes ?? []).map((call) => chain.decode(call, addresses));
  return { intent, from, decoded: chain.decode(intent.call, addresses), proposed, estimate };
}

/** Signs, sends and waits. What was sent is told before it is waited for. */
export async function carryOut(
  chain: Chain,
  account: Account,
  call: Call,
  estimate: Estimate,
  signal: AbortSignal,
  onSent: (hash: string) => void,
): Promise<Mined> {
  const signed = await chain.sign(account, call, estimate);
  signal.throwIfAborted();
  await chain.broadcast(signed);
  onSent(signed.hash);
  return await chain.wait(signed, signal);
}
