import { ZooError, exitCode } from '../../core/error.ts';
import { withoutCredentials } from '../../core/without-credentials.ts';
import { discoverEndpoint, waysToConfigure } from '../../world/model/discover-endpoint.ts';
import { type EndpointShortcut, endpointShortcuts, ollamaUrl } from '../../world/model/endpoints.ts';
import { probeEndpoint } from '../../world/model/probe-endpoint.ts';
import type { Config } from '../config.ts';
import type { ProviderName, SettingKey } from '../settings.ts';

/** Where a role's model is asked, and how that was found out. */
export interface Endpoint {
  readonly provider: string;
  /** How it is spoken to; `llama` and `simulator` run inside this process. */
  readonly api: EndpointShortcut['api'] | 'llama' | 'simulator';
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly model: string;
  /** Such as `--provider`, `OPENAI_BASE_URL`, or `a vLLM that listens at …`. */
  readonly source: string;
}

/** The simulator inside this process, in accounts and in the keys of calls: its port is a new one every time. */
export const embeddedSimulator = 'simulator:embedded';

/** The student's endpoint: what is configured, or else what is found. @throws ZooError `no-model` with every way to configure one */
export async function resolveStudent(config: Config, signal?: AbortSignal): Promise<Endpoint> {
  const { provider, baseUrl, apiKey, model } = config.settings;
  if (provider !== undefined || baseUrl !== undefined) {
    const source = `--provider ${provider ?? 'openai'}`;
    return await settle(config, { provider: provider ?? 'openai', baseUrl, apiKey, model, source }, signal);
  }
  if (model?.endsWith('.gguf') === true || model?.startsWith('hf:') === true) {
    return await settle(config, { provider: 'llama', baseUrl, apiKey, model, source: `--model ${model}` }, signal);
  }
  const found = await discoverEndpoint({
    environment: { ...config.environment, ZOO_BASE_URL: undefined, ZOO_MODEL: model, ZOO_API_KEY: apiKey },
    signal,
  });
  return { ...found, api: shortcutOf(found.provider)?.api ?? 'openai', apiKey: found.apiKey };
}

/** The teacher's endpoint: the student's, where nothing else is said. */
export async function resolveTeacher(config: Config, student: Endpoint, signal?: AbortSignal): Promise<Endpoint> {
  const { teacherProvider, teacherBaseUrl, teacherApiKey, teacherModel } = config.settings;
  if (teacherProvider === undefined && teacherBaseUrl === undefined) {
    const model = teacherModel ?? student.model;
    return { ...student, model, apiKey: teacherApiKey ?? student.apiKey };
  }
  const provider = teacherProvider ?? (student.api === 'openai' ? (student.provider as ProviderName) : 'openai');
  const chosen = { provider, baseUrl: teacherBaseUrl, apiKey: teacherApiKey, model: teacherModel };
  return await settle(config, { ...chosen, source: `--teacher-provider ${provider}` }, signal, 'teacherModel');
}

interface Chosen {
  readonly provider: ProviderName;
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly model: string | undefined;
  readonly source: string;
}

async function settle(
  config: Config,
  chosen: Chosen,
  signal: AbortSignal | undefined,
  modelSetting: SettingKey = 'model',
): Promise<Endpoint> {
  const { provider, source } = chosen;
  if (provider === 'sim') return simulated(chosen);
  if (provider === 'llama') {
    if (chosen.model === undefined) throw modelNeeded('llama', 'a GGUF file or an hf: URI', modelSetting);
    return { provider, api: 'llama', baseUrl: chosen.model, apiKey: undefined, model: chosen.model, source };
  }
  const shortcut: EndpointShortcut = endpointShortcuts[provider];
  const address = addressOf(shortcut, chosen, config.environment);
  const apiKey = chosen.apiKey ?? nativeKey(shortcut, address, config.environment);
  const endpoint = { provider, api: shortcut.api, baseUrl: address.baseUrl, apiKey, source };
  const model = chosen.model ?? (await onlyModel(endpoint, modelSetting, signal));
  return { ...endpoint, model };
}

function simulated({ baseUrl, apiKey, model, source }: Chosen): Endpoint {
  const named = model ?? 'zoo-sim-student';
  return baseUrl === undefined
    ? { provider: 'sim', api: 'simulator', baseUrl: embeddedSimulator, apiKey: undefined, model: named, source }
    : { provider: 'sim', api: 'openai', baseUrl, apiKey, model: named, source };
}

interface Address {
  readonly baseUrl: string;
  /** True for the provider's own address and for one that its own variable names. */
  readonly own: boolean;
}

function addressOf(shortcut: EndpointShortcut, { baseUrl }: Chosen, environment: Config['environment']): Address {
  if (baseUrl !== undefined) return { baseUrl, own: hostOf(baseUrl) === hostOf(shortcut.baseUrl) };
  const named = firstSet(environment, shortcut.baseUrlVariables);
  if (named === undefined) return { baseUrl: shortcut.baseUrl, own: true };
  return { baseUrl: shortcut.api === 'ollama' ? ollamaUrl(named) : named, own: true };
}

/**
 * The key that the provider's own variable holds. A key of a paid service goes to that service alone, so that an address
 * in somebody's zoo.config.json cannot collect it.
 */
function nativeKey(
  shortcut: EndpointShortcut,
  address: Address,
  environment: Config['environment'],
): string | undefined {
  if (shortcut.needsKey && !address.own) return undefined;
  return firstSet(environment, shortcut.apiKeyVariables);
}

async function onlyModel(
  endpoint: Omit<Endpoint, 'model'>,
  setting: SettingKey,
  signal?: AbortSignal,
): Promise<string> {
  const api = endpoint.api === 'ollama' ? 'ollama' : 'openai';
  const found = await probeEndpoint(endpoint.baseUrl, { api, apiKey: endpoint.apiKey, signal, timeoutMs: 10_000 });
  const shown = withoutCredentials(endpoint.baseUrl);
  if (found.kind === 'absent') {
    throw modelNeeded(
      endpoint.provider,
      `a model, because asking ${shown} for one failed: ${found.error.message}`,
      setting,
    );
  }
  const [only, ...others] = found.models;
  if (only === undefined) throw modelNeeded(endpoint.provider, `a model, and ${shown} lists none`, setting);
  if (others.length === 0) return only;
  const some = found.models.slice(0, 5).join(', ');
  throw modelNeeded(endpoint.provider, `one of the ${found.models.length} models of ${shown} (${some} …)`, setting);
}

function modelNeeded(provider: string, what: string, setting: SettingKey): ZooError {
  const [flag, variable] = setting === 'model' ? ['--model', 'ZOO_MODEL'] : ['--teacher-model', 'ZOO_TEACHER_MODEL'];
  return new ZooError('no-model', `${provider} needs ${what}`, {
    exitCode: exitCode.usage,
    hint: `Name it with ${flag} or ${variable}.\n${waysToConfigure}`,
  });
}

function shortcutOf(provider: string): EndpointShortcut | undefined {
  return (endpointShortcuts as Readonly<Record<string, EndpointShortcut>>)[provider];
}

function firstSet(environment: Config['environment'], names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== '');
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
