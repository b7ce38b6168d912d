import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAnvil, startAnvil } from '../../../src/world/chain/anvil.ts';
import type { Chain } from '../../../src/world/chain/chain.ts';
import { ethersChain } from '../../../src/world/chain/ethers.ts';
import { systemClock } from '../../../src/world/clock/system.ts';

/** Why tests that need a node are skipped; undefined where there is one. */
export const noAnvil =
  findAnvil(process.env) === undefined ? 'no anvil on this machine: install Foundry or set ANVIL' : undefined;

export interface LocalChain {
  readonly url: string;
  readonly folder: string;
  readonly chain: Chain;
  close(): Promise<void>;
}

const localChainId = 31_337;

/** A development chain of its own, on a free port. */
export async function startLocalChain(): Promise<LocalChain> {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-chain-'));
  const port = await freePort();
  const state = join(folder, 'state.json');
  const running = await startAnvil({ port, state, chainId: localChainId, accounts: 10, environment: process.env });
  return {
    url: running.url,
    folder,
    chain: await connect(running.url),
    close: async () => {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function connect(url: string, patience?: number): Promise<Chain> {
  const options = { url, clock: systemClock, chainId: localChainId, confirmations: 1, pollEvery: 20 };
  return ethersChain({ ...options, ...(patience === undefined ? {} : { patience }) });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
