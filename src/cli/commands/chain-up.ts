import { join, resolve } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';

/**
 * `zoo chain up`: the development chain until it is interrupted. With `--warp` its clock moves ahead; where the chain
 * runs already that is all that happens.
 */
export async function chainUp(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const config = await invocation.config();
  const { parseDuration } = await import('../../app/parse-setting.ts');
  const { developmentAddresses, startChain, warp } = await import('../../app/wire/chain.ts');
  const { timeText } = await import('../../governance/vote.ts');
  const port = whole(textFlag(invocation, 'port') ?? '8545', '--port', 65_535);
  const accounts = whole(textFlag(invocation, 'accounts') ?? '10', '--accounts', 10);
  const given = textFlag(invocation, 'state');
  const state =
    given === undefined ? join(config.folder, '.zoo/chain/state.json') : resolve(terminal.host.folder, given);
  const asked = textFlag(invocation, 'warp');
  const milliseconds = asked === undefined ? 0 : parseDuration(asked);
  if (milliseconds === undefined || (asked !== undefined && milliseconds < 1000))
    throw new ZooError('usage', `--warp takes a time such as 7d or 25h, not "${asked}"`, { exitCode: exitCode.usage });
  const url = `http://127.0.0.1:${port}`;

  if (asked !== undefined && (await isUp(url))) {
    const time = await warp(url, Math.round(milliseconds / 1000));
    terminal.document({ url, warped: milliseconds / 1000, time });
    terminal.print(`${url} is at ${timeText(time)} now`);
    return;
  }
  const running = await startChain(config, { port, state, accounts });
  const interrupt = untilInterrupted(terminal, `the chain is kept in ${state}`);
  try {
    const time = asked === undefined ? null : await warp(url, Math.round(milliseconds / 1000));
    const addresses = await developmentAddresses(accounts);
    terminal.document({ url, pid: running.pid, state, accounts: addresses, ...(time === null ? {} : { time }) });
    terminal.print(url);
    for (const [index, address] of addresses.entries()) terminal.message('info', `  dev:${index}  ${address}`);
    terminal.message('info', 'Their keys are public: never send them anything of value. Ctrl-C ends it.');
    const stopped = new Promise<'stopped'>((done) =>
      interrupt.signal.addEventListener('abort', () => done('stopped'), { once: true }),
    );
    const outcome = await Promise.race([stopped, running.ended]);
    if (outcome !== 'stopped')
      throw new ZooError('chain-ended', `the development chain ended by itself: ${outcome.trim().slice(-300)}`, {
        hint: 'Start it again; it goes on from its state.',
      });
  } finally {
    await running.stop();
    interrupt.end();
  }
}

async function isUp(url: string): Promise<boolean> {
  try {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(3000) });
    return answer.ok;
  } catch {
    return false;
  }
}

function whole(text: string, flag: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new ZooError('usage', `${flag} takes a number from 1 to ${most}, not "${text}"`, { exitCode: exitCode.usage });
}
