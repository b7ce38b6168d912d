import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the stub does with one request. */
type Behaviour =
  | { readonly kind: 'serve' }
  /** Sends so many bytes of what was asked for, then breaks the connection. */
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number }
  /** Answers the whole file, whatever range was asked for. */
  | { readonly kind: 'ignore-range' }
  /** Answers a range, but another one. */
  | { readonly kind: 'wrong-range' };

export interface Stub {
  readonly url: string;
  /** The requests for the file's bytes, in order. */
  readonly requests: readonly {
    readonly path: string;
    readonly range: string | undefined;
    readonly token: string | undefined;
  }[];
  /** The file; may be changed under way. */
  content: Buffer;
  /** What happens to the next requests; after the last one everything is served. */
  behaviours: Behaviour[];
  /** How many bytes of the file the client has, as the test tells; cuts wait for it. */
  received: number;
  /** Whether it announces the file's SHA-256, as the hub does for large files. */
  announce: 'right' | 'wrong' | 'no';
  close(): Promise<void>;
}

/** A stand-in for the hub on the loopback address: redirects to where the bytes are, tells ETags, serves ranges. */
export async function startStub(content: Buffer): Promise<Stub> {
  const requests: { path: string; range: string | undefined; token: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/datasets/')) {
      response.writeHead(302, { location: `/bytes${path}` }).end();
      return;
    }
    requests.push({ path, range: request.headers.range, token: request.headers.authorization });
    const behaviour = stub.behaviours.shift() ?? { kind: 'serve' };
    if (behaviour.kind === 'status') {
      response.writeHead(behaviour.status).end();
      return;
    }
    const sha256 = createHash('sha256').update(stub.content).digest('hex');
    const etag = `"${sha256.slice(0, 16)}"`;
    const headers: Record<string, string> = { etag, 'x-repo-commit': 'c0ffee', 'accept-ranges': 'bytes' };
    if (stub.announce !== 'no') headers['x-linked-etag'] = `"${stub.announce === 'right' ? sha256 : '0'.repeat(64)}"`;
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const valid = asked !== null && request.headers['if-range'] === etag && behaviour.kind !== 'ignore-range';
    const from = valid ? Number(asked[1]) + (behaviour.kind === 'wrong-range' ? 1 : 0) : 0;
    if (valid && from >= stub.content.length) {
      response.writeHead(416, { ...headers, 'content-range': `bytes */${stub.content.length}` }).end();
      return;
    }
    const body = stub.content.subarray(from);
    if (valid) headers['content-range'] = `bytes ${from}-${stub.content.length - 1}/${stub.content.length}`;
    response.writeHead(valid ? 206 : 200, { ...headers, 'content-length': String(body.length) });
    if (behaviour.kind === 'cut') {
      response.write(body.subarray(0, behaviour.after));
      // What the client has not read when the connection breaks is lost on the way.
      const waiting = setInterval(() => {
        if (stub.received < from + behaviour.after) return;
        clearInterval(waiting);
        response.destroy();
      }, 2);
      response.once('close', () => clearInterval(waiting));
      return;
    }
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stub: Stub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    content,
    behaviours: [],
    received: 0,
    announce: 'right',
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return stub;
}
