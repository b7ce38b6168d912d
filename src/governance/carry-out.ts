import type { Addresses, Chain, DecodedCall, Estimate, Mined, Signatory } from '../world/chain/chain.ts';
import { ZooError, exitCode } from '../core/error.ts';
import type { Intent } from './intent.ts';
import { whole } from './propose.ts';

/** An intent that the chain would accept now, with what it costs. */
export interface Prepared {
  readonly intent: Intent;
  readonly from: string;
  readonly decoded: DecodedCall;
  /** What a proposal does once it is executed, where the call is about one. */
  readonly proposed: readonly DecodedCall[];
  readonly estimate: Estimate;
}

export interface PrepareOptions {
  /** The transaction is to take the place of one that waits: nodes want a tenth more for that at least; it offers twice. */
  readonly replace?: boolean | undefined;
  /** In wei; what costs more is not sent, whoever says that it does. One of the chain's own currency unless given. */
  readonly maxFee?: bigint | undefined;
}

/** @throws ZooError `reverted` when the contracts would refuse it, `fee-too-high`; nothing was sent then */
export async function prepare(
  chain: Chain,
  addresses: Addresses,
  from: string,
  intent: Intent,
  { replace = false, maxFee = 10n ** 18n }: PrepareOptions = {},
): Promise<Prepared> {
  const simulated = await chain.simulate(from, intent.call);
  const estimate = replace ? doubled(simulated) : simulated;
  if (estimate.fee > maxFee)
    throw new ZooError(
      'fee-too-high',
      `the node asks for a fee of up to ${whole(estimate.fee)} of the chain's currency, and at most ${whole(maxFee)} may be paid`,
      {
        hint: 'Ask another node (ZOO_RPC_URL), wait until fees fall, or allow more with --max-fee.',
        data: { fee: estimate.fee.toString(), maxFee: maxFee.toString() },
      },
    );
  const proposed = (intent.proposes ?? []).map((call) => chain.decode(call, addresses));
  return { intent, from, decoded: chain.decode(intent.call, addresses), proposed, estimate };
}

function doubled({ gas, gasPrice, tip, fee }: Estimate): Estimate {
  return { gas, gasPrice: gasPrice * 2n, tip: tip === null ? null : tip * 2n, fee: fee * 2n };
}

/** Arguments that are told as the calls that they are, or were signed by themselves. */
const toldOtherwise: ReadonlySet<string> = new Set(['targets', 'values', 'calldatas', 'permit']);

/** The arguments of a call that people are shown. */
export function shownArguments({ decoded, proposed }: Prepared): DecodedCall['arguments'] {
  if (proposed.length === 0) return decoded.arguments;
  return Object.fromEntries(Object.entries(decoded.arguments).filter(([name]) => !toldOtherwise.has(name)));
}

export interface CarryOutOptions {
  readonly signal: AbortSignal;
  readonly onSent: (hash: string) => void;
  readonly replace?: boolean | undefined;
}

/** Signs, sends and waits. What was sent is told before it is waited for. */
export async function carryOut(
  chain: Chain,
  account: Signatory,
  prepared: Prepared,
  { signal, onSent, replace = false }: CarryOutOptions,
): Promise<Mined> {
  const { intent, decoded, proposed, estimate } = prepared;
  const { call, title, effects } = intent;
  if ('send' in account) {
    if (replace)
      throw new ZooError('usage', 'a wallet in a browser chooses the number and the fee of a transaction itself', {
        exitCode: exitCode.usage,
        hint: 'Speed up or cancel there what waits, and leave out --replace.',
      });
    const shown = { ...decoded, arguments: shownArguments(prepared) };
    const hash = await account.send({
      ...call,
      title,
      effects,
      decoded: shown,
      proposed,
      gas: estimate.gas,
      fee: estimate.fee,
    });
    onSent(hash);
    return await chain.wait(await chain.follow(hash, account.address, call, signal), signal);
  }
  const signed = await chain.sign(account, call, estimate, { replace, signal });
  signal.throwIfAborted();
  await chain.broadcast(signed);
  onSent(signed.hash);
  return await chain.wait(signed, signal);
}
