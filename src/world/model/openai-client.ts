import OpenAI from 'openai';
import type { EndpointConnection } from './endpoint-connection.ts';

type Request = Parameters<OpenAI['buildRequest']>[0];
type Built = Awaited<ReturnType<OpenAI['buildRequest']>>;

/**
 * The `openai` client over a connection of ours, without what it would do anew for every call: put the same headers
 * together, and set a timer and an AbortController of its own beside the caller's signal. Its headers would also hold
 * what OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS and their like say, whatever endpoint it is.
 */
export class OpenAiClient extends OpenAI {
  readonly #connection: EndpointConnection;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(connection: EndpointConnection) {
    super({ baseURL: connection.context.endpoint, apiKey: 'unused', maxRetries: 0, logLevel: 'off' });
    this.#connection = connection;
    const headers = new Headers({
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'zoo',
    });
    for (const [name, value] of Object.entries(connection.headers)) headers.set(name, value);
    this.#headers = Object.fromEntries(headers);
  }

  override buildRequest({ method, path, body, headers, signal }: Request): Promise<Built> {
    const all = { ...this.#headers, ...(headers as Readonly<Record<string, string>>) };
    const req = { method: method.toUpperCase(), headers: all, body: JSON.stringify(body), signal };
    return Promise.resolve({ req: req as unknown as Built['req'], url: this.buildURL(path, undefined), timeout: 0 });
  }

  override fetchWithTimeout(...[url, init]: Parameters<OpenAI['fetchWithTimeout']>): Promise<Response> {
    return this.#connection.leanFetch(url, init);
  }
}
