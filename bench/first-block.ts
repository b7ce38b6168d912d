import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findAnvil } from '../src/world/chain/anvil.ts';
import { ask, freePort } from './json-rpc.ts';

const secondsToFirstBlock = 3;

/** How long `zoo chain up` takes to its first block, beside the node alone. @returns what is above its limit */
export async function measureFirstBlock(folder: string): Promise<readonly string[]> {
  const anvil = findAnvil(process.env);
  const zoo = fileURLToPath(new URL('../bin/zoo.js', import.meta.url));
  if (anvil === undefined) return [];
  const times = { zoo: [] as number[], anvil: [] as number[] };
  for (let turn = 0; turn < 5; turn++) {
    times.anvil.push(await toFirstBlock(folder, (port) => [anvil, '--port', String(port), '--hardfork', 'cancun']));
    const state = join(folder, `start-${turn}.json`);
    const up = ['chain', 'up', '--state', state];
    times.zoo.push(await toFirstBlock(folder, (port) => [process.execPath, zoo, ...up, '--port', String(port)]));
  }
  // The least of each: what else the machine does only adds.
  const [ours, bare] = [Math.min(...times.zoo), Math.min(...times.anvil)];
  const share = (ours / secondsToFirstBlock).toFixed(2);
  console.log(
    `zoo chain up to first block: ${ours.toFixed(2)} s, anvil alone ${bare.toFixed(2)} s; limit ${secondsToFirstBlock} s, of limit ${share}`,
  );
  return ours > secondsToFirstBlock ? [`zoo chain up: ${ours.toFixed(2)} s to the first block`] : [];
}

/** Seconds until a block stands that was asked for as soon as the node answered. */
async function toFirstBlock(folder: string, words: (port: number) => readonly string[]): Promise<number> {
  const port = await freePort();
  const [program, ...rest] = words(port) as [string, ...string[]];
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn(program, rest, { cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
      const mined = await ask(url, 'evm_mine', []).then(
        () => ask(url, 'eth_blockNumber', []),
        () => undefined,
      );
      if (mined !== undefined && Number(mined) >= 1) return (performance.now() - began) / 1000;
      await setTimeout(10);
    }
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}
