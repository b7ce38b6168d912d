import type { EndpointMemory } from '../../world/model/endpoint-memory.ts';
import type { Model } from '../../world/model/model.ts';
import type { Settings } from '../settings.ts';
import type { Endpoint } from './endpoints.ts';

export interface AdapterOptions {
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly memory: EndpointMemory;
  /** Told once for whatever an endpoint does not take. */
  readonly notice: (message: string) => void;
}

export interface Adapter {
  readonly model: Model;
  readonly close: () => Promise<void>;
}

/** The adapter of an endpoint. Only the one that is used is loaded, so that no other provider's client costs anything. */
export async function openAdapter(endpoint: Endpoint, options: AdapterOptions): Promise<Adapter> {
  const { settings, memory, notice, environment } = options;
  const shared = {
    apiKey: endpoint.apiKey,
    model: endpoint.model,
    connections: settings.concurrency === 'auto' ? null : settings.concurrency,
    timeoutMs: settings.timeout,
    memory,
    notice,
  };
  switch (endpoint.api) {
    case 'openai':
    case 'simulator': {
      const { openaiModel } = await import('../../world/model/openai.ts');
      return unclosed(openaiModel({ ...shared, provider: endpoint.provider, baseUrl: endpoint.baseUrl }));
    }
    case 'ollama': {
      const { ollamaModel } = await import('../../world/model/ollama.ts');
      return unclosed(ollamaModel({ ...shared, baseUrl: endpoint.baseUrl }));
    }
    case 'huggingface': {
      const { huggingFaceModel } = await import('../../world/model/huggingface.ts');
      const { endpointShortcuts } = await import('../../world/model/endpoints.ts');
      const own = endpoint.baseUrl === endpointShortcuts.huggingface.baseUrl;
      return unclosed(huggingFaceModel({ ...shared, endpointUrl: own ? undefined : endpoint.baseUrl }));
    }
    case 'llama': {
      const { checkLlama, llamaModel } = await import('../../world/model/llama.ts');
      const library = environment['ZOO_LLAMA_MODULE'];
      // Before a run is begun that could not draw a single completion.
      await checkLlama({ model: endpoint.model, library });
      const model = llamaModel({
        model: endpoint.model,
        sequences: settings.concurrency === 'auto' ? undefined : settings.concurrency,
        contextSize: settings.contextTokens,
        timeoutMs: settings.timeout,
        library,
        modelsFolder: environment['ZOO_MODELS_DIR'],
      });
      return { model, close: () => model.close() };
    }
  }
}

function unclosed(model: Model): Adapter {
  return { model, close: () => Promise.resolve() };
}
