import type { ChildProcess } from 'node:child_process';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { freePort } from '../world/chain/local-chain.ts';
import { type Ended, type RunOptions, ensureBuilt, makeFolder, runZoo, startZoo } from './zoo.ts';

/** A folder with a development chain of its own, and zoo run in it as a user does. */
export interface ChainHome {
  readonly path: string;
  readonly url: string;
  /** What the commands have in their environment. */
  readonly environment: Record<string, string>;
  readonly up: () => Promise<void>;
  /** Ends the chain as Ctrl-C does. */
  readonly down: () => Promise<Ended>;
  readonly options: (more?: Record<string, string>) => RunOptions;
  /** Stdout of a command that must exit 0. */
  readonly zoo: (...words: string[]) => Promise<string>;
  readonly json: <T>(...words: string[]) => Promise<T>;
  /** Stderr of a command that must not. */
  readonly refused: (words: string[], more?: Record<string, string>) => Promise<string>;
  readonly warp: (time: string) => Promise<string>;
  /** `zoo ipfs serve`; its URL. */
  readonly serve: () => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function makeChainHome(): Promise<ChainHome> {
  await ensureBuilt();
  const folder = makeFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment: Record<string, string> = {
    ...(process.env['ANVIL'] === undefined ? {} : { ANVIL: process.env['ANVIL'] }),
    ZOO_RPC_URL: url,
    ZOO_WALLET: 'dev:0',
    ZOO_WALLET_PASSWORD: 'correct horse battery',
  };
  let chain: { readonly child: ChildProcess; readonly ended: Promise<Ended> } | undefined;
  const served: { readonly child: ChildProcess; readonly ended: Promise<Ended> }[] = [];
  const options = (more: Record<string, string> = {}): RunOptions => ({
    folder: folder.path,
    environment: { ...environment, ...more },
  });

  async function start(words: string[]): Promise<{ child: ChildProcess; ended: Promise<Ended>; said: string }> {
    const { child, ended } = startZoo(words, options());
    const said = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
      void ended.then(({ stderr }) => reject(new Error(`zoo ${words.join(' ')} ended: ${stderr}`)));
    });
    return { child, ended, said };
  }

  const home: ChainHome = {
    path: folder.path,
    url,
    environment,
    options,
    up: async () => {
      chain = await start(['chain', 'up', '--port', String(port)]);
    },
    down: async () => {
      chain?.child.kill('SIGINT');
      return (await chain?.ended) ?? { code: 0, stdout: '', stderr: '' };
    },
    zoo: async (...words) => {
      const { code, stdout, stderr } = await runZoo(words, options());
      expect(code, `zoo ${words.join(' ')}\n${stderr}`).toBe(0);
      return stdout;
    },
    json: async <T>(...words: string[]) => JSON.parse(await home.zoo(...words, '--json')) as T,
    refused: async (words, more) => {
      const { code, stderr } = await runZoo(words, options(more));
      expect(code, stderr).not.toBe(0);
      return stderr;
    },
    warp: (time) => home.zoo('chain', 'up', '--port', String(port), '--warp', time),
    serve: async () => {
      const node = await start(['ipfs', 'serve', '--port', '0']);
      served.push(node);
      return node.said;
    },
    close: async () => {
      for (const { child, ended } of served) {
        child.kill('SIGINT');
        await ended;
      }
      await home.down();
      folder.remove();
    },
  };
  return home;
}

/** A gateway that changes a letter of every block that it passes on. */
export async function startLyingGateway(honest: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const headers = { accept: request.headers.accept ?? '*/*' };
      const answer = await fetch(`${honest}${request.url ?? '/'}`, { headers });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const at = bytes.lastIndexOf('When');
      if (at !== -1) bytes.write('Wham', at);
      else if (bytes.length > 0) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      const type = answer.headers.get('content-type') ?? 'application/octet-stream';
      response.writeHead(answer.status, { 'content-type': type }).end(bytes);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
