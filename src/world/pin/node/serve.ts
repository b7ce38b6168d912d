import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sha256 } from '../../../core/digest.ts';
import { ZooError, messageOf } from '../../../core/error.ts';
import type { BlockStore } from '../pin.ts';
import { type Answer, refusal, sendAnswer } from './answer.ts';
import { serveIpfs } from './serve-ipfs.ts';
import { uploadsOf } from './serve-uploads.ts';

export interface NodeOptions {
  readonly blocks: BlockStore;
  readonly sha256: Sha256;
  /** 0 for a free one. */
  readonly port: number;
  /** Who may upload; without one nobody may. */
  readonly token?: string | undefined;
  /** Told of what went wrong inside. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface EmbeddedNode {
  /** Such as `http://127.0.0.1:8421`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The embedded node: a trustless gateway on the loopback interface, which nobody beyond this machine can reach, and the
 * server's side of web3.storage's API where a token is given.
 *
 * @throws ZooError `port-taken`
 */
export async function serveNode({ blocks, sha256, port, token, onError }: NodeOptions): Promise<EmbeddedNode> {
  const uploads = token === undefined ? undefined : uploadsOf(blocks, sha256, token);
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    // A page in a browser can point a name of its own at this address; it does not get to use it.
    if (!isLoopback(request.headers.host)) return refusal(403, 'this node answers to the names of this machine only');
    if (!URL.canParse(request.url ?? '', 'http://127.0.0.1')) return refusal(400, 'the address cannot be read');
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const uploaded = await uploads?.answer(request, url);
    if (uploaded !== undefined) return uploaded;
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'this is not done here');
    if (url.pathname.startsWith('/ipfs/')) return await serveIpfs(request, url, blocks);
    return refusal(404, 'this is a trustless gateway: /ipfs/<cid>?format=raw|car');
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await sendAnswer(request, response, await answer(request));
    } catch (thrown) {
      onError?.(thrown);
      if (response.headersSent) response.destroy();
      else await sendAnswer(request, response, refusal(500, 'it went wrong inside')).catch(() => response.destroy());
    }
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new ZooError('port-taken', `the embedded node cannot listen on port ${port}: ${messageOf(cause)}`, {
          cause,
          hint: 'Choose another one with --port, or 0 for any free one.',
        }),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isLoopback(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host ?? '');
}
