import { connect as connectSocket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startAnvil } from '../../../src/world/chain/anvil.ts';
import { warpChain } from '../../../src/world/chain/development.ts';
import { connect, freePort, noAnvil } from './local-chain.ts';

const outside = Object.values(networkInterfaces()).flatMap((addresses) =>
  (addresses ?? []).filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
);

describe.skipIf(noAnvil !== undefined)('the development chain', () => {
  it('listens on loopback alone, whatever the environment says, and keeps its clock', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zoo-anvil-'));
    const port = await freePort();
    const options = { port, state: join(folder, 'deep/state.json'), chainId: 31_337, accounts: 3 };
    process.env['ANVIL_IP_ADDR'] = '0.0.0.0';
    try {
      const first = await startAnvil({ ...options, environment: process.env });
      for (const address of outside) expect(await reaches(address, port), address).toBe(false);
      expect(await reaches('127.0.0.1', port)).toBe(true);
      const warped = await warpChain(first.url, 31_337, 7 * 86_400);
      expect(warped).toBeGreaterThan(Date.now() / 1000 + 6 * 86_400);
      await first.stop();
      const second = await startAnvil({ ...options, environment: process.env });
      const chain = await connect(second.url);
      expect(await chain.now()).toBe(warped);
      expect(await warpChain(second.url, 31_337, 1)).toBeGreaterThan(warped);
      await second.stop();
    } finally {
      delete process.env['ANVIL_IP_ADDR'];
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
