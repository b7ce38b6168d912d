import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from '../../../src/world/pin/service-request.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer<ArrayBuffer>;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or what is written as JSON. */
  readonly body?: unknown;
}

export interface FakeService {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** A server on the loopback interface that answers as it is told. */
export async function fakeService(answer: (received: Received) => Reply | Promise<Reply>): Promise<FakeService> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const one: Received = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(parts),
      };
      received.push(one);
      void (async () => {
        const { status = 200, headers = {}, body = '' } = await answer(one);
        response.writeHead(status, headers);
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The file in a form that was sent. */
export async function formFile(received: Received): Promise<{ file: Uint8Array; fields: Record<string, string> }> {
  const form = await new Response(received.body, {
    headers: { 'content-type': received.headers['content-type'] ?? '' },
  }).formData();
  const fields: Record<string, string> = {};
  let file = new Uint8Array(0);
  for (const [name, value] of form)
    if (typeof value === 'string') fields[name] = value;
    else file = new Uint8Array(await value.arrayBuffer());
  return { file, fields };
}

export function serviceAt(target: string, token: string | undefined = 'a-token'): Service {
  return { fetch: globalThis.fetch, target, token, tokenVariable: 'ZOO_TEST_TOKEN' };
}
