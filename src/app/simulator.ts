import type { Config } from './config.ts';
import { openDatasets } from './wire/datasets.ts';
import { openSimulator, simulatedModelNames } from './wire/simulator.ts';

export interface ServedSimulator {
  readonly url: string;
  readonly models: readonly string[];
  close(): Promise<void>;
}

/**
 * Serves the simulated model with the problems of `--dataset` (quickstart unless named).
 *
 * @param request further options of the simulator, such as `{"capacity": {"slots": 8}, "faults": {"rateLimit": 0.1}}`
 */
export async function serveSimulator(
  config: Config,
  request: { readonly port: number; readonly options: Readonly<Record<string, unknown>> },
): Promise<ServedSimulator> {
  const { dataset, seed } = config.settings;
  const { problems } = await openDatasets(config).open(dataset ?? 'quickstart');
  const { url, close } = await openSimulator(problems, seed, request.port, request.options);
  return { url, models: await simulatedModelNames(), close };
}
