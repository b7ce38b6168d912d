import { JsonRpcProvider, Network } from 'ethers';
import { explainError } from './explain-error.ts';

/** Moves the clock of a development chain ahead and mines a block. @returns seconds since the Unix epoch there */
export async function warpChain(url: string, chainId: number, seconds: number): Promise<number> {
  const provider = new JsonRpcProvider(url, Network.from(chainId), { staticNetwork: true, cacheTimeout: -1 });
  try {
    await provider.send('evm_increaseTime', [seconds]);
    await provider.send('evm_mine', []);
    return (await provider.getBlock('latest'))?.timestamp ?? 0;
  } catch (thrown) {
    throw explainError(thrown, url);
  } finally {
    provider.destroy();
  }
}
