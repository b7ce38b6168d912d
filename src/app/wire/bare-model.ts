import { ephemeralEndpointMemory } from '../../world/model/endpoint-memory.ts';
import type { Config } from '../config.ts';
import { type Adapter, openAdapter } from './adapter.ts';
import type { Endpoint } from './endpoints.ts';
import { openSimulator } from './simulator.ts';

/** The adapter of an endpoint with nothing around it; the embedded simulator is started where it is the endpoint. */
export async function openBareModel(endpoint: Endpoint, config: Config): Promise<Adapter> {
  const { settings, environment } = config;
  const simulator = endpoint.api === 'simulator' ? await openSimulator([], settings.seed) : undefined;
  const reached = simulator === undefined ? endpoint : { ...endpoint, baseUrl: simulator.url };
  const adapter = await openAdapter(reached, {
    settings: { ...settings, concurrency: 'auto' },
    environment,
    memory: ephemeralEndpointMemory(),
    notice: () => {},
  });
  return {
    model: adapter.model,
    close: async () => {
      await adapter.close();
      await simulator?.close();
    },
  };
}
