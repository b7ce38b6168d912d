import { ZooError } from '../../core/error.ts';
import { probeEndpoint } from '../../world/model/probe-endpoint.ts';
import type { Config } from '../config.ts';
import type { Endpoint } from './endpoints.ts';

export interface Examined {
  readonly message: string;
  /** Something to know about it that is no failure. */
  readonly warning?: string | undefined;
}

/**
 * Looks whether an endpoint can be reached and has the model, without asking the model anything.
 *
 * @throws ZooError or ModelError that says what is in the way and how to mend it
 */
export async function examine(endpoint: Endpoint, config: Config, signal?: AbortSignal): Promise<Examined> {
  if (endpoint.api === 'simulator') return { message: 'the simulator runs inside this process' };
  if (endpoint.api === 'llama') return await examineLlama(endpoint, config);
  const api = endpoint.api === 'ollama' ? 'ollama' : 'openai';
  const found = await probeEndpoint(endpoint.baseUrl, { api, apiKey: endpoint.apiKey, timeoutMs: 10_000, signal });
  if (found.kind === 'absent') {
    throw new ZooError(`model-${found.error.kind}`, found.error.message, {
      cause: found.error,
      hint: found.error.hint,
    });
  }
  const message = `${found.url} answers in ${Math.round(found.milliseconds)} ms`;
  const known = found.models.some((name) => name === endpoint.model || name === `${endpoint.model}:latest`);
  if (known) return { message };
  const some = found.models.slice(0, 5).join(', ');
  return {
    message,
    warning: `It does not list ${endpoint.model}, but ${some || 'no model at all'}. Check --model (ZOO_MODEL).`,
  };
}

async function examineLlama({ model }: Endpoint, { environment }: Config): Promise<Examined> {
  const { checkLlama } = await import('../../world/model/llama.ts');
  await checkLlama({ model, library: environment['ZOO_LLAMA_MODULE'] });
  return { message: /^\w+:/.test(model) ? 'it is fetched at the first use' : 'the file is there' };
}
