import type { Call } from '../world/chain/chain.ts';

/** What somebody wants to do on chain, before it is simulated, shown, confirmed, signed and sent. */
export interface Intent {
  /** Such as `Vote for proposal 123…`. */
  readonly title: string;
  /** What comes of it, in sentences. */
  readonly effects: readonly string[];
  readonly call: Call;
  /** What the DAO is to do, where the call proposes, queues, executes or cancels it. */
  readonly proposes?: readonly Call[] | undefined;
  /** For who signs with a contract of their own, which cannot sign a permit: calls that do the same together. */
  readonly batch?: readonly Call[] | undefined;
}

/** A call from what ethers makes of a method and its arguments. */
export function callOf(transaction: {
  readonly to?: unknown;
  readonly data?: unknown;
  readonly value?: unknown;
}): Call {
  return {
    to: String(transaction.to),
    data: String(transaction.data),
    value: typeof transaction.value === 'bigint' ? transaction.value : 0n,
  };
}
