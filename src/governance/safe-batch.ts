import type { Call } from '../world/chain/chain.ts';

/** A file for the Transaction Builder of Safe, which shows, simulates and sends the calls as one transaction of a multisig. */
export interface SafeBatch {
  readonly version: '1.0';
  readonly chainId: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly meta: {
    readonly name: string;
    readonly description: string;
    readonly txBuilderVersion: string;
    readonly createdFromSafeAddress: string;
    readonly createdFromOwnerAddress: string;
  };
  readonly transactions: readonly {
    readonly to: string;
    /** In wei, decimal. */
    readonly value: string;
    readonly data: string;
    readonly contractMethod: null;
    readonly contractInputsValues: null;
  }[];
}

export function safeBatch(
  chainId: number,
  safe: string,
  about: { readonly title: string; readonly effects: readonly string[]; readonly createdAt: number },
  calls: readonly Call[],
): SafeBatch {
  return {
    version: '1.0',
    chainId: String(chainId),
    createdAt: about.createdAt,
    meta: {
      name: about.title,
      description: about.effects.join(' '),
      txBuilderVersion: '1.18.0',
      createdFromSafeAddress: safe,
      createdFromOwnerAddress: '',
    },
    transactions: calls.map(({ to, value, data }) => ({
      to: to ?? '',
      value: value.toString(),
      data,
      contractMethod: null,
      contractInputsValues: null,
    })),
  };
}
