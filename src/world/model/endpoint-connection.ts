import { Agent, fetch as undiciFetch } from 'undici';
import type { EndpointContext } from './endpoint-error.ts';
import { statusError, transportError } from './endpoint-error.ts';
import { type LeanRequest, leanFetch } from './lean-fetch.ts';

export interface ConnectionOptions {
  readonly provider: string;
  /** May hold `user:password@`, which is then sent as Basic authorization and appears nowhere else. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly model: string;
  /** Connections at once; null sets no limit. */
  readonly connections: number | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The way to one endpoint. */
export interface EndpointConnection {
  readonly context: EndpointContext;
  /** Authorization, and what the user wants sent along. */
  readonly headers: Readonly<Record<string, string>>;
  /** Like `fetch`, but whatever is not a success is thrown as a ModelError. */
  readonly fetch: typeof fetch;
  /** The same for the `openai` client, at less cost (see {@link leanFetch}). */
  readonly leanFetch: typeof fetch;
  close(): Promise<void>;
}

/** Error pages are cut here; nothing that matters stands behind it. */
const errorBodyBytes = 64 * 1024;

/**
 * Opens the way to an endpoint: a pool of its own, as wide as the user asked for and without a limit on how long headers
 * or bodies may take, because a long answer is no fault. Only making a connection must succeed within 30 seconds.
 */
export function connectEndpoint(options: ConnectionOptions): EndpointConnection {
  const { endpoint, basic } = takeCredentials(options.baseUrl);
  const context: EndpointContext = {
    provider: options.provider,
    endpoint,
    model: options.model,
    secrets: [options.apiKey, basic?.password, basic?.encoded].filter((secret) => secret !== undefined),
  };
  const agent = new Agent({
    connections: options.connections,
    headersTimeout: 0,
    bodyTimeout: 0,
    // One request a connection and no HTTP/2: otherwise the pool is not what limits the concurrency.
    pipelining: 1,
    allowH2: false,
    connect: { timeout: 30_000 },
  });
  type Init = NonNullable<Parameters<typeof undiciFetch>[1]>;
  const whole = (url: string, init: Init) => undiciFetch(url, { ...init, dispatcher: agent });
  const lean = async (url: string, init: Init) => {
    const response = await leanFetch(url, init as LeanRequest, agent);
    if (response.status < 300 || response.status >= 400) return response;
    await response.text();
    return await whole(url, init);
  };
  const guarded = (ask: typeof whole | typeof lean) => async (url: string, init: Init) => {
    let response: Awaited<ReturnType<typeof ask>>;
    try {
      response = await ask(url, init);
    } catch (thrown) {
      if (init.signal?.aborted === true) throw thrown;
      throw transportError(thrown, context);
    }
    if (response.ok) return response;
    const body = await readStart(response.body).catch(() => '');
    throw statusError({ status: response.status, headers: response.headers, body }, context, Date.now());
  };
  return {
    context,
    headers: { ...authorization(options.apiKey, basic?.encoded), ...options.headers },
    fetch: guarded(whole) as unknown as typeof fetch,
    leanFetch: guarded(lean) as unknown as typeof fetch,
    close: () => agent.close(),
  };
}

export function authorization(apiKey: string | undefined, basic: string | undefined): Record<string, string> {
  if (apiKey !== undefined && apiKey !== '') return { authorization: `Bearer ${apiKey}` };
  return basic === undefined ? {} : { authorization: `Basic ${basic}` };
}

export interface Credentials {
  /** The address without user, password, query, fragment, and slashes at its end. */
  readonly endpoint: string;
  /** For Basic authorization; absent where the address names no user. */
  readonly basic?: { readonly password: string; readonly encoded: string };
}

/** Takes user and password, query and fragment off an address, and a slash off its end. */
export function takeCredentials(baseUrl: string): Credentials {
  const url = new URL(baseUrl);
  const endpoint = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  if (url.username === '') return { endpoint };
  const password = decodeURIComponent(url.password);
  const pair = `${decodeURIComponent(url.username)}:${password}`;
  return { endpoint, basic: { password, encoded: Buffer.from(pair).toString('base64') } };
}

async function readStart(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    if (bytes > errorBodyBytes) break;
  }
  return text;
}
