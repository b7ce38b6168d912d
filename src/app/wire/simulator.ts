import { withoutCredentials } from '../../core/without-credentials.ts';
import type { Problem } from '../../core/learning/problem.ts';
import type { Simulator } from '../../simulator/start-simulator.ts';
import { type Endpoint, embeddedSimulator } from './endpoints.ts';

/** Starts the simulated model server on a loopback port of this process. */
export async function openSimulator(
  problems: readonly Problem[],
  seed: number,
  port = 0,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Pick<Simulator, 'url' | 'close' | 'stats'>> {
  const { startSimulator } = await import('../../simulator/start-simulator.ts');
  return await startSimulator({ ...options, seed, port, problems: [...problems] });
}

/** The endpoint as accounts and keys of calls name it: the embedded simulator by no port, which is a new one every time. */
export function identityOf({ provider, model, baseUrl, api }: Endpoint): {
  readonly provider: string;
  readonly model: string;
  readonly endpoint: string;
} {
  return { provider, model, endpoint: api === 'simulator' ? embeddedSimulator : withoutCredentials(baseUrl) };
}

export async function simulatedModelNames(): Promise<readonly string[]> {
  const { simulatedModels } = await import('../../simulator/simulated-models.ts');
  return simulatedModels.map(({ id }) => id);
}
