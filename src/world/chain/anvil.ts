import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { ZooError } from '../../core/error.ts';

export interface AnvilOptions {
  readonly port: number;
  /** The file that the chain is kept in. */
  readonly state: string;
  readonly chainId: number;
  /** Funded accounts. */
  readonly accounts: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A development chain that runs as a child of this process. */
export interface RunningChain {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it has ended, with what it wrote last. */
  readonly ended: Promise<string>;
  /** Ends it; the chain is on the disk then. */
  stop(): Promise<void>;
}

/** Only this machine can reach the chain: its accounts' keys are known to everybody. */
const host = '127.0.0.1';

/** @throws ZooError `no-anvil`, `chain-not-started` */
export async function startAnvil(options: AnvilOptions): Promise<RunningChain> {
  const { port, state, chainId, accounts, environment } = options;
  const program = findAnvil(environment);
  if (program === undefined) throw noAnvil();
  mkdirSync(dirname(state), { recursive: true });
  const words = ['--host', host, '--port', String(port), '--chain-id', String(chainId)];
  const keeping = ['--state', state, '--state-interval', '5', '--accounts', String(accounts), '--hardfork', 'cancun'];
  // A group of its own: Ctrl-C reaches this process alone, which then ends the chain in good order.
  const child = spawn(program, [...words, ...keeping], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const orphanless = () => void child.kill('SIGTERM');
  process.once('exit', orphanless);
  const said: string[] = [];
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(cause.message)));
    child.once('close', () => {
      process.off('exit', orphanless);
      resolve(said.slice(-20).join(''));
    });
  });
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  await listening(child, ended, said);
  const url = `http://${host}:${port}`;
  await keepTime(url);
  return {
    url,
    pid: child.pid as number,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A chain whose clock was moved ahead forgets so when it starts again, and its next block would lie before its last. */
async function keepTime(url: string): Promise<void> {
  const newest = (await ask(url, 'eth_getBlockByNumber', ['latest', false])) as { readonly timestamp: string };
  const ahead = Number(newest.timestamp) - Math.floor(Date.now() / 1000);
  if (ahead >= 0) await ask(url, 'evm_increaseTime', [ahead + 1]);
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { result } = (await answer.json()) as { readonly result?: unknown };
  if (result === undefined) throw notStarted(`it does not answer ${method}`);
  return result;
}

async function listening(child: ChildProcess, ended: Promise<string>, said: string[]): Promise<void> {
  const ready = new Promise<true>((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      if (text.length < 100_000) text += chunk.toString();
      if (text.includes('Listening on')) resolve(true);
    });
  });
  const outcome = await Promise.race([ready, ended]);
  if (outcome !== true) throw notStarted(outcome === '' ? said.join('') : outcome);
}

/** The program that ANVIL names, the one on the PATH, or that of npm; undefined where there is none. */
export function findAnvil(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = environment['ANVIL'];
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined;
  const name = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  const onPath = (environment['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return [...onPath, ofNpm(name)].find((path) => path !== undefined && isProgram(path));
}

function ofNpm(name: string): string | undefined {
  const system = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform as string];
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve(`@foundry-rs/anvil-${system ?? ''}-${architecture ?? ''}/package.json`);
    return join(dirname(manifest), 'bin', name);
  } catch {
    return undefined;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function noAnvil(): ZooError {
  return new ZooError('no-anvil', 'there is no anvil on this machine, which the development chain runs on', {
    hint: 'Install Foundry (https://getfoundry.sh), set ANVIL to its anvil, or use another chain: --rpc-url (ZOO_RPC_URL).',
  });
}

function notStarted(why: string): ZooError {
  const reason = why.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  return new ZooError('chain-not-started', `the development chain did not start: ${reason}`, {
    hint: 'Another program may hold the port (--port), or the state may be damaged (--state, --fresh).',
  });
}
