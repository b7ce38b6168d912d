import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ZooError } from '../../../core/error.ts';
import { readBody, refuseForeign, sameSecret } from './guard-request.ts';

/** What the page is to show and to pass to the wallet. */
export interface PageRequest {
  readonly kind: 'connect' | 'transaction' | 'signature';
  /** Whose it is; undefined where any account will do. */
  readonly account: string | undefined;
  readonly chainId: number;
  /** The chain as people call it. */
  readonly network: string;
  readonly [more: string]: unknown;
}

export interface PageOptions {
  /** Milliseconds for an answer, the opening of the page counted. */
  readonly patience: number;
  /** Milliseconds in which a page that is gone may come back, as when it is reloaded. */
  readonly grace: number;
  readonly signal: AbortSignal;
}

/** A page on this machine alone, in whatever browser a person opens it. */
export interface WalletPage {
  /** With the token, which is good for one page. */
  readonly url: string;
  /** @throws ZooError `wallet-refused`, `browser-closed`, `browser-timeout` */
  ask(request: PageRequest): Promise<unknown>;
  /** Tells the page what goes on. */
  readonly tell: (text: string) => void;
  /** @param text the last words of the page */
  readonly close: (text: string) => Promise<void>;
}

const answerSchema = z.union([
  z.strictObject({ id: z.int(), result: z.unknown() }),
  z.strictObject({ id: z.int(), error: z.strictObject({ kind: z.literal('refused'), message: z.string().max(200) }) }),
]);

// The same from src and from dist.
const folder = fileURLToPath(new URL('../../../../src/world/chain/browser/page/', import.meta.url));
const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};

const headers = {
  // Nothing from elsewhere, nothing inline; icons of wallets come as data.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

interface Waiting {
  readonly id: number;
  readonly line: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Serves the page on 127.0.0.1, on a port of the system's choice. The token stands in the fragment of its address, which
 * browsers send to nobody; the page exchanges it once for what it then proves itself with.
 */
export async function serveWalletPage({ patience, grace, signal }: PageOptions): Promise<WalletPage> {
  let token: string | undefined = secret();
  let session: string | undefined;
  let stream: ServerResponse | undefined;
  let waiting: Waiting | undefined;
  let leaving: NodeJS.Timeout | undefined;
  let gone = false;
  let count = 0;
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: `${origin}/#${token}`,
    ask: async (asked) => {
      signal.throwIfAborted();
      if (gone) throw closed();
      const id = ++count;
      let timer: NodeJS.Timeout | undefined;
      let interrupted: (() => void) | undefined;
      try {
        return await new Promise((resolve, reject) => {
          waiting = { id, line: `${JSON.stringify({ type: 'request', id, ...asked })}\n`, resolve, reject };
          timer = setTimeout(() => reject(tooLate(patience)), patience);
          interrupted = () => reject(signal.reason as Error);
          signal.addEventListener('abort', interrupted);
          stream?.write(waiting.line);
        });
      } finally {
        waiting = undefined;
        clearTimeout(timer);
        if (interrupted !== undefined) signal.removeEventListener('abort', interrupted);
      }
    },
    tell: (text) => void stream?.write(`${JSON.stringify({ type: 'status', text })}\n`),
    close: async (text) => {
      clearTimeout(leaving);
      gone = true;
      // What is not read within a moment is not waited for.
      await new Promise<void>((resolve) => {
        if (stream === undefined) resolve();
        else stream.end(`${JSON.stringify({ type: 'done', text })}\n`, resolve);
        setTimeout(resolve, 500).unref();
      });
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const foreign = refuseForeign(request, origin);
    if (foreign !== undefined) return reply(response, foreign.status, foreign.text);
    const call = `${request.method} ${request.url}`;
    const file = request.method === 'GET' ? files[request.url ?? ''] : undefined;
    if (file !== undefined) return reply(response, 200, readFileSync(`${folder}${file[0]}`, 'utf8'), file[1]);
    if (call === 'POST /session') return await openSession(request, response);
    if (!sameSecret(request.headers.authorization, session && `Bearer ${session}`))
      return reply(response, 403, 'This page is not the one that zoo opened. Open the address that zoo printed.');
    if (call === 'GET /requests') return openStream(response);
    if (call === 'POST /answers') return await take(request, response);
    return reply(response, 404, 'there is nothing here');
  }

  async function openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = z.strictObject({ token: z.string() }).safeParse(await readBody(request, 1024));
    if (!given.success || !sameSecret(given.data.token, token))
      return reply(response, 403, 'This address was used already, or is not the one that zoo printed.');
    token = undefined;
    session = secret();
    reply(response, 200, JSON.stringify({ session }), 'application/json');
  }

  function openStream(response: ServerResponse): void {
    clearTimeout(leaving);
    const before = stream;
    stream = response;
    before?.end();
    response.writeHead(200, { ...headers, 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    response.on('close', () => {
      if (stream !== response || gone) return;
      stream = undefined;
      leaving = setTimeout(() => {
        gone = true;
        waiting?.reject(closed());
      }, grace);
    });
    if (waiting !== undefined) response.write(waiting.line);
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = answerSchema.safeParse(await readBody(request, 64 * 1024));
    if (!answer.success) return reply(response, 400, 'that is no answer');
    const asked = waiting;
    if (asked?.id !== answer.data.id) return reply(response, 409, 'nobody asked for that');
    reply(response, 200, '');
    if ('error' in answer.data) asked.reject(refused(answer.data.error.message));
    else asked.resolve(answer.data.result);
  }
}

function reply(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { ...headers, 'content-type': type });
  response.end(text);
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function refused(why: string): ZooError {
  return new ZooError('wallet-refused', `it was ${why}; nothing was sent`, {
    hint: 'Run the command again to be asked again.',
  });
}

function closed(): ZooError {
  return new ZooError('browser-closed', 'the page in the browser was closed before it was done', {
    hint: 'If the wallet still asks, refuse it there. Run the command again, and leave the page open until it says that it is done.',
  });
}

function tooLate(patience: number): ZooError {
  return new ZooError('browser-timeout', `nothing came from the browser for ${Math.round(patience / 1000)} s`, {
    hint: 'If the wallet still asks, refuse it there. Open the address that zoo prints in the browser of the wallet; --browser-timeout (ZOO_BROWSER_TIMEOUT) gives more time.',
  });
}
