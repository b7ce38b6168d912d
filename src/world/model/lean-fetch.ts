import { type Agent, type Dispatcher, request } from 'undici';

/** What a client of streamed answers needs of a `Response`; its body is a stream of Node's. */
interface LeanResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export interface LeanRequest {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * As much of `fetch` as the `openai` client uses, over undici's own request: for a third of the CPU, since no web stream
 * stands between the socket and the reader. It follows no redirects.
 */
export async function leanFetch(url: string, init: LeanRequest, agent: Agent): Promise<LeanResponse> {
  const { method = 'GET', headers = {}, body, signal } = init;
  const answer = await request(url, {
    dispatcher: agent,
    method,
    headers,
    body: body ?? null,
    signal: signal ?? null,
  });
  const { statusCode } = answer;
  return {
    ok: statusCode >= 200 && statusCode < 300,
    status: statusCode,
    statusText: answer.statusText,
    url,
    headers: headersOf(answer.headers),
    body: { [Symbol.asyncIterator]: () => readThrough(answer.body) },
    text: () => answer.body.text(),
    json: () => answer.body.json(),
  };
}

/** Bytes that are read to use a connection again when a reader stops before the end; beyond it the connection is given up. */
const longestRest = 64 * 1024;

/** As the stream's own iterator, which destroys the stream at its end by an error that costs as much as the reading. */
function readThrough(body: Dispatcher.ResponseData['body']): AsyncIterator<Uint8Array> {
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array, undefined>;
  return {
    next: () => chunks.next(),
    return: async () => {
      if (!body.readableEnded && !body.destroyed) body.dump({ limit: longestRest }).catch(() => undefined);
      return { done: true, value: undefined };
    },
  };
}

function headersOf(fields: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') headers.set(name, value);
    else for (const one of value ?? []) headers.append(name, one);
  }
  return headers;
}
