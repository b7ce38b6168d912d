import type { Settings } from './settings.ts';

export interface Network {
  readonly name: Settings['network'];
  readonly title: string;
  readonly chainId: number;
  /** What fees are paid in. */
  readonly currency: string;
  /** Blocks that must stand on a transaction, its own counted, before it counts. */
  readonly confirmations: number;
  /** Milliseconds between looks for a receipt. */
  readonly pollEvery: number;
}

/**
 * Chains that zoo knows; the node is the user's choice. Chain ids and currencies are those of ethereum-lists/chains
 * (`_data/chains/eip155-<id>.json`; docs/decisions/0022). Whatever stands here, a node that names another id is refused.
 */
export const networks: Readonly<Record<Settings['network'], Network>> = {
  local: { name: 'local', title: 'the local chain', chainId: 31_337, currency: 'ETH', confirmations: 1, pollEvery: 50 },
  zoo: { name: 'zoo', title: 'Zoo', chainId: 200_200, currency: 'ZOO', confirmations: 2, pollEvery: 1000 },
  lux: { name: 'lux', title: 'Lux', chainId: 96_369, currency: 'LUX', confirmations: 2, pollEvery: 1000 },
  ethereum: { name: 'ethereum', title: 'Ethereum', chainId: 1, currency: 'ETH', confirmations: 3, pollEvery: 3000 },
  base: { name: 'base', title: 'Base', chainId: 8453, currency: 'ETH', confirmations: 3, pollEvery: 1000 },
  sepolia: {
    name: 'sepolia',
    title: 'Sepolia',
    chainId: 11_155_111,
    currency: 'ETH',
    confirmations: 3,
    pollEvery: 3000,
  },
};

/** Where `zoo chain up` listens. */
export const localRpcUrl = 'http://127.0.0.1:8545';
