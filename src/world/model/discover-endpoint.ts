import { ZooError } from '../../core/error.ts';
import type { EndpointShortcut } from './endpoints.ts';
import { endpointShortcuts, ollamaUrl } from './endpoints.ts';
import type { Probe } from './probe-endpoint.ts';
import { probeEndpoint } from './probe-endpoint.ts';

/** An endpoint and a model of it, and how they were found. */
export interface DiscoveredEndpoint {
  readonly provider: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Such as `OPENAI_BASE_URL` or `a vLLM that listens at http://127.0.0.1:8000/v1`. */
  readonly source: string;
}

export interface DiscoverOptions {
  /** Variables of the environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Where to look when the environment says nothing; for tests. */
  readonly local?: { readonly vllm: string; readonly ollama: string } | undefined;
}

/**
 * Finds a model when nothing was configured, in this order: the environment (ZOO_BASE_URL, OPENAI_BASE_URL,
 * VLLM_BASE_URL, OLLAMA_HOST, OPENAI_API_KEY, OPENROUTER_API_KEY, HF_TOKEN, each with ZOO_MODEL where it offers more
 * than one), a vLLM on this machine, an Ollama on this machine. Never the simulator.
 *
 * @throws ZooError `no-model`, naming every way to configure one
 */
export async function discoverEndpoint(options: DiscoverOptions): Promise<DiscoveredEndpoint> {
  const { environment, signal } = options;
  const named = fromEnvironment(environment);
  if (named !== undefined) return await settle(named, environment, signal);

  const local = {
    vllm: options.local?.vllm ?? endpointShortcuts.vllm.baseUrl,
    ollama: options.local?.ollama ?? endpointShortcuts.ollama.baseUrl,
  };
  for (const provider of ['vllm', 'ollama'] as const) {
    const found = await probeEndpoint(local[provider], { api: provider === 'vllm' ? 'openai' : 'ollama', signal });
    const model = variable(environment, 'ZOO_MODEL') ?? firstChatModel(found);
    if (found.kind !== 'found' || model === undefined) continue;
    const title = provider === 'vllm' ? 'a vLLM' : 'an Ollama';
    return { provider, baseUrl: local[provider], model, source: `${title} that listens at ${local[provider]}` };
  }
  throw noModel('No model was named, and neither a vLLM nor an Ollama with a model listens on this machine');
}

interface Named {
  readonly provider: string;
  readonly api: EndpointShortcut['api'];
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly source: string;
}

/** The endpoint that the environment names: an address counts before a key. */
function fromEnvironment(environment: DiscoverOptions['environment']): Named | undefined {
  const own = variable(environment, 'ZOO_BASE_URL');
  if (own !== undefined) {
    const { openai } = endpointShortcuts;
    const key = firstSet(environment, ['ZOO_API_KEY', ...openai.apiKeyVariables]);
    // OpenAI's own key is for OpenAI alone.
    const apiKey = key?.name === 'ZOO_API_KEY' || isHost(own, 'api.openai.com') ? key?.value : undefined;
    return { provider: 'openai', api: 'openai', baseUrl: own, apiKey, source: 'ZOO_BASE_URL' };
  }
  const shortcuts: readonly EndpointShortcut[] = Object.values(endpointShortcuts);
  for (const shortcut of shortcuts) {
    const address = firstSet(environment, shortcut.baseUrlVariables);
    if (address === undefined) continue;
    const baseUrl = shortcut.api === 'ollama' ? ollamaUrl(address.value) : address.value;
    return { ...keyed(shortcut, environment), baseUrl, source: address.name };
  }
  for (const shortcut of shortcuts) {
    const key = shortcut.needsKey ? firstSet(environment, shortcut.apiKeyVariables) : undefined;
    if (key !== undefined) return { ...keyed(shortcut, environment), baseUrl: shortcut.baseUrl, source: key.name };
  }
  return undefined;
}

function keyed(shortcut: EndpointShortcut, environment: DiscoverOptions['environment']) {
  const apiKey = firstSet(environment, ['ZOO_API_KEY', ...shortcut.apiKeyVariables])?.value;
  return { provider: shortcut.provider, api: shortcut.api, apiKey };
}

/** Completes an endpoint by its model: the one that was named, or the only one that it has. */
async function settle(
  named: Named,
  environment: DiscoverOptions['environment'],
  signal: AbortSignal | undefined,
): Promise<DiscoveredEndpoint> {
  const { provider, baseUrl, apiKey, source } = named;
  const settled = (model: string) => ({ provider, baseUrl, model, apiKey, source });
  const model = variable(environment, 'ZOO_MODEL') ?? variable(environment, 'OPENAI_MODEL');
  if (model !== undefined) return settled(model);
  const api = named.api === 'ollama' ? 'ollama' : 'openai';
  const found = await probeEndpoint(baseUrl, { api, apiKey, signal, timeoutMs: 10_000 });
  if (found.kind === 'absent') {
    throw noModel(
      `${source} names an endpoint and no model, and asking the endpoint for one failed: ${found.error.message}`,
    );
  }
  const [only, ...others] = chatModels(found);
  if (only === undefined) throw noModel(`${source} names an endpoint that has no model`);
  if (others.length === 0 || provider === 'vllm' || provider === 'ollama') return settled(only);
  const some = [only, ...others].slice(0, 5).join(', ');
  throw noModel(
    `${source} names an endpoint with ${others.length + 1} models (${some}, …); say which one with --model`,
  );
}

function chatModels(found: Probe): readonly string[] {
  return found.kind === 'found' ? found.models.filter((name) => !/embed|rerank|whisper|tts/i.test(name)) : [];
}

function firstChatModel(found: Probe): string | undefined {
  return chatModels(found)[0];
}

function noModel(message: string): ZooError {
  return new ZooError('no-model', message, { hint: waysToConfigure });
}

/** Every way to say which model is meant, one a line. */
export const waysToConfigure = [
  'Say which model to ask, in one of these ways:',
  '  --base-url URL --model NAME [--api-key KEY]   any server that speaks the OpenAI protocol (ZOO_BASE_URL, ZOO_MODEL, ZOO_API_KEY)',
  ...Object.values(endpointShortcuts).map(
    ({ provider, title, start }) => `  --provider ${provider.padEnd(12)} --model NAME              ${title}: ${start}`,
  ),
  '  --provider llama        --model FILE.gguf         llama.cpp inside of this process; a file or an hf: URI',
  '  --provider sim                                    the simulator, which is no language model',
  'Each of them can stand in zoo.config.json as well; zoo init writes one, and zoo doctor checks it.',
].join('\n');

function variable(environment: DiscoverOptions['environment'], name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

function firstSet(environment: DiscoverOptions['environment'], names: readonly string[]) {
  for (const name of names) {
    const value = variable(environment, name);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

function isHost(url: string, host: string): boolean {
  return URL.canParse(url) && new URL(url).hostname === host;
}
