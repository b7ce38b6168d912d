import { fetch } from 'undici';
import { z } from 'zod';
import { type Credentials, authorization, takeCredentials } from './endpoint-connection.ts';
import type { EndpointContext } from './endpoint-error.ts';
import { statusError, transportError } from './endpoint-error.ts';
import type { ModelError } from './model.ts';

export interface ProbeOptions {
  readonly apiKey?: string | undefined;
  /** Which list is asked for; both, OpenAI's first, unless given. */
  readonly api?: 'openai' | 'ollama' | undefined;
  /** Milliseconds in all; 2,000 unless given. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was found at an address. */
export type Probe =
  | {
      readonly kind: 'found';
      readonly url: string;
      readonly api: 'openai' | 'ollama';
      /** Names of models, in the order of the endpoint. */
      readonly models: readonly string[];
      /** From the request to the end of the list. */
      readonly milliseconds: number;
    }
  | { readonly kind: 'absent'; readonly url: string; readonly error: ModelError };

const openaiList = z.object({ data: z.array(z.object({ id: z.string() })) });
const ollamaList = z.object({ models: z.array(z.object({ name: z.string() })) });

/**
 * Asks an endpoint which models it has, and does so quickly: nothing is generated. Whatever stands in the way is
 * data, so that a doctor can tell it.
 */
export async function probeEndpoint(url: string, options: ProbeOptions = {}): Promise<Probe> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? 2000);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  const { endpoint, basic } = takeCredentials(url);
  const tries: readonly Try[] = [
    { api: 'openai', url: `${endpoint}/models`, names: (body) => openaiList.parse(body).data.map(({ id }) => id) },
    {
      api: 'ollama',
      url: `${endpoint.replace(/\/v1$/, '')}/api/tags`,
      names: (body) => ollamaList.parse(body).models.map(({ name }) => name),
    },
  ];
  let absent: Probe | undefined;
  for (const attempt of tries) {
    if (options.api !== undefined && options.api !== attempt.api) continue;
    const probe = await tryList(attempt, { endpoint, apiKey: options.apiKey, basic, signal });
    options.signal?.throwIfAborted();
    if (probe.kind === 'found') return probe;
    absent ??= probe;
    // Only an endpoint that answers may speak the other protocol.
    if (probe.error.kind !== 'not-found' && probe.error.kind !== 'invalid-request') break;
  }
  if (absent === undefined) throw new TypeError('No protocol to ask in.');
  return absent;
}

interface Try {
  readonly api: 'openai' | 'ollama';
  readonly url: string;
  readonly names: (body: unknown) => readonly string[];
}

interface Asked {
  readonly endpoint: string;
  readonly apiKey: string | undefined;
  readonly basic: Credentials['basic'];
  readonly signal: AbortSignal;
}

async function tryList(attempt: Try, { endpoint, apiKey, basic, signal }: Asked): Promise<Probe> {
  const context: EndpointContext = {
    provider: attempt.api === 'ollama' ? 'ollama' : 'the endpoint',
    endpoint,
    model: '',
    secrets: [apiKey, basic?.password, basic?.encoded].filter((secret) => secret !== undefined),
  };
  const headers = authorization(apiKey, basic?.encoded);
  const started = performance.now();
  const absent = (error: ModelError): Probe => ({ kind: 'absent', url: endpoint, error });
  try {
    const response = await fetch(attempt.url, { headers, signal });
    const body = await response.text();
    if (!response.ok) {
      return absent(statusError({ status: response.status, headers: response.headers, body }, context, Date.now()));
    }
    const models = readNames(body, attempt);
    if (models === undefined) {
      return absent(statusError({ status: 404, headers: response.headers, body: 'no list of models' }, context, 0));
    }
    return { kind: 'found', url: endpoint, api: attempt.api, models, milliseconds: performance.now() - started };
  } catch (thrown) {
    return absent(transportError(thrown, context));
  }
}

function readNames(body: string, attempt: Try): readonly string[] | undefined {
  try {
    return attempt.names(JSON.parse(body));
  } catch {
    return undefined;
  }
}
