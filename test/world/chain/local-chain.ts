import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAnvil, startAnvil } from '../../../src/world/chain/anvil.ts';
import type { Chain } from '../../../src/world/chain/chain.ts';
import { type EthersOptions, ethersChain } from '../../../src/world/chain/ethers.ts';
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

export function connect(url: string, options: Partial<EthersOptions> = {}): Promise<Chain> {
  return ethersChain({ url, clock: systemClock, chainId: localChainId, confirmations: 1, pollEvery: 20, ...options });
}

/** Asks a node something that no `Chain` asks, such as to stop mining. */
export async function askNode(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { result, error } = (await answer.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
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
