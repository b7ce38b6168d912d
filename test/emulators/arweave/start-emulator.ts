import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EmulatedBundler } from './bundler.ts';
import { answerGraphql } from './graphql.ts';
import { type Answer, EmulatedWeave, type RawTransaction } from './weave.ts';

/** A request that goes wrong, once: before anything happened, or after everything did. */
interface EmulatedFault {
  readonly on: 'tx' | 'chunk' | 'item';
  readonly when: 'before' | 'after';
  readonly status: number;
  /** How many such requests are let through first. */
  readonly skip?: number;
}

export interface ArweaveEmulator {
  /** Of the gateway; the bundler is at `bundlerUrl`. */
  readonly url: string;
  readonly bundlerUrl: string;
  readonly weave: EmulatedWeave;
  readonly bundler: EmulatedBundler;
  readonly requests: { readonly method: string; readonly path: string }[];
  fault: EmulatedFault | undefined;
  withoutSignatures: boolean;
  /** Changes what is answered to a GET or to GraphQL, as a gateway that lies would. */
  tamper: ((path: string, body: Buffer) => Buffer | undefined) | undefined;
  /** Makes blocks, with what the bundler has. */
  mine(blocks?: number): void;
  /** Transactions, chunks and items that were taken. */
  count(on: EmulatedFault['on']): number;
  close(): Promise<void>;
}

/**
 * An EMULATOR of a gateway of Arweave and of a bundler, for tests, on a loopback port. It is not Arweave: nobody mines,
 * nothing is permanent, and AR are minted on request. Signatures, anchors, payments and chunks follow the rules.
 */
export async function startArweaveEmulator(): Promise<ArweaveEmulator> {
  const weave = new EmulatedWeave();
  const bundler = new EmulatedBundler(weave);
  const taken = { tx: 0, chunk: 0, item: 0 };
  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const emulator: ArweaveEmulator = {
    url,
    bundlerUrl: `${url}/bundler`,
    weave,
    bundler,
    requests: [],
    fault: undefined,
    withoutSignatures: false,
    tamper: undefined,
    mine: (blocks = 1) => {
      weave.mine(1);
      bundler.bundle();
      if (blocks > 1) weave.mine(blocks - 1);
    },
    count: (on) => taken[on],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return emulator;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const path = pathname.slice(1);
    emulator.requests.push({ method: request.method ?? 'GET', path });
    const body = await readBody(request);
    if (request.method === 'POST') return await post(path, body, response);
    const bytes = contentOf(path);
    if (bytes !== undefined) return sendBytes(request, response, emulator.tamper?.(path, Buffer.from(bytes)) ?? bytes);
    const { status, body: text } = get(path, searchParams);
    const changed = emulator.tamper?.(path, Buffer.from(text));
    response.writeHead(status, { 'content-type': text.startsWith('{') ? 'application/json' : 'text/plain' });
    response.end(changed ?? text);
  }

  async function post(path: string, body: Buffer, response: ServerResponse): Promise<void> {
    if (path === 'graphql') {
      const question = JSON.parse(body.toString()) as Parameters<typeof answerGraphql>[1];
      const text = Buffer.from(JSON.stringify(await answerGraphql(weave, question, emulator)));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(emulator.tamper?.(path, text) ?? text);
      return;
    }
    const on = path === 'tx' ? 'tx' : path === 'chunk' ? 'chunk' : path === 'bundler/tx/ethereum' ? 'item' : undefined;
    if (on === undefined) return void response.writeHead(404).end();
    const fault = dueFault(on);
    let answer: Answer = { status: fault?.status ?? 500, body: 'the emulator was told to fail' };
    if (fault?.when !== 'before') {
      const real = await take(on, body);
      if (real.status === 200) taken[on]++;
      if (fault === undefined) answer = real;
    }
    response.writeHead(answer.status).end(answer.body);
  }

  function dueFault(on: EmulatedFault['on']): EmulatedFault | undefined {
    const { fault } = emulator;
    if (fault === undefined || fault.on !== on) return undefined;
    emulator.fault = (fault.skip ?? 0) > 0 ? { ...fault, skip: (fault.skip ?? 0) - 1 } : undefined;
    return emulator.fault === undefined ? fault : undefined;
  }

  async function take(on: EmulatedFault['on'], body: Buffer): Promise<Answer> {
    if (on === 'item') return await bundler.accept(body);
    const value: unknown = JSON.parse(body.toString());
    if (on === 'tx') return await weave.accept(value as RawTransaction);
    return await weave.acceptChunk(value as Parameters<EmulatedWeave['acceptChunk']>[0]);
  }

  function get(path: string, query: URLSearchParams): Answer {
    const words = path.split('/');
    const [first = '', second = '', third = ''] = words;
    const text = (value: bigint | string | number) => ({ status: 200, body: String(value) });
    if (first === 'bundler') return getOfBundler(words.slice(1), query);
    if (path === 'info')
      return json({ network: 'zoo.emulator', version: 5, height: weave.height, blocks: weave.blocks.length });
    if (path === 'tx_anchor') return text(weave.blocks.at(-1)?.id ?? '');
    if (first === 'price') return text(weave.price(Number(second)));
    if (first === 'wallet' && third === 'balance') return text(weave.wallet(second).balance);
    if (first === 'wallet' && third === 'last_tx') return text(weave.wallet(second).lastTransaction);
    if (first === 'mint') return text((weave.wallet(second).balance += BigInt(third)));
    if (first === 'mine') {
      emulator.mine(Number(second || 1));
      return json({ height: weave.height });
    }
    if (first === 'tx' && words.length <= 3) return getTransaction(second, third);
    if (first === 'chunk') return getChunk(Number(second));
    return { status: 404, body: 'Not Found.' };
  }

  function getTransaction(id: string, what: string): Answer {
    if (weave.waiting.has(id)) return { status: 202, body: 'Pending' };
    const raw = weave.mined.get(id);
    const block = weave.listed.get(id)?.block;
    if (block === undefined || (raw === undefined && what !== 'status')) return { status: 404, body: 'Not Found.' };
    if (what === 'status')
      return json({
        block_height: block.height,
        block_indep_hash: block.id,
        number_of_confirmations: weave.height - block.height,
      });
    if (what === 'offset') return json({ size: raw?.data_size, offset: String(endOf(id)) });
    return json({ ...raw, data: '', data_tree: [] });
  }

  /** Where a transaction's content ends when all contents lie one after the other. */
  function endOf(id: string): number {
    let at = 0;
    for (const [other, { data_size: size }] of weave.mined) {
      at += Number(size);
      if (other === id) break;
    }
    return at;
  }

  function getChunk(offset: number): Answer {
    for (const [id, { data_size: size }] of weave.mined) {
      const start = endOf(id) - Number(size);
      const bytes = weave.listed.get(id)?.data();
      if (bytes === undefined || offset <= start || offset > start + Number(size)) continue;
      const at = Math.floor((offset - 1 - start) / (256 * 1024)) * 256 * 1024;
      return json({ chunk: Buffer.from(bytes.subarray(at, at + 256 * 1024)).toString('base64url') });
    }
    return { status: 404, body: 'Not Found.' };
  }

  function getOfBundler([first = '', second = '', third = '']: readonly string[], query: URLSearchParams): Answer {
    if (first === 'price' && second === 'bytes') return json({ winc: String(bundler.price(Number(third))) });
    if (first === 'account') {
      const credits = bundler.credits.get((query.get('address') ?? '').toLowerCase());
      return credits === undefined ? { status: 404, body: 'User Not Found' } : json({ winc: String(credits) });
    }
    return first === 'tx' && third === 'status' ? bundler.status(second) : { status: 404, body: 'Not Found' };
  }

  function contentOf(path: string): Uint8Array | undefined {
    const id = /^(?:raw\/)?([A-Za-z0-9_-]{43})$/.exec(path)?.[1] ?? /^tx\/([A-Za-z0-9_-]{43})\/data$/.exec(path)?.[1];
    if (id === undefined || weave.waiting.has(id)) return undefined;
    return weave.listed.get(id)?.data();
  }
}

function json(value: unknown): Answer {
  return { status: 200, body: JSON.stringify(value) };
}

function sendBytes(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (range === null) return void response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  response.writeHead(206).end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
