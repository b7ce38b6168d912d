import { type Calibration, type LevelMeasured, calibrate } from './calibrate.ts';
import type { Config } from './config.ts';
import { openBareModel } from './wire/bare-model.ts';
import { resolveStudent } from './wire/endpoints.ts';
import { clock } from './wire/platform.ts';

export interface BenchRequest {
  /** Calls at once that are tried at most. */
  readonly most: number;
  /** Completion tokens of each call. */
  readonly tokens: number;
  readonly signal: AbortSignal;
  readonly tell: (level: LevelMeasured) => void;
}

export interface EndpointBench extends Calibration {
  readonly provider: string;
  readonly model: string;
  readonly endpoint: string;
}

/** Calibrates the student's endpoint, without retries, limits or a budget between it and the numbers. */
export async function benchEndpoint(config: Config, request: BenchRequest): Promise<EndpointBench> {
  const endpoint = await resolveStudent(config, request.signal);
  const { model, close } = await openBareModel(endpoint, config);
  try {
    // Time makes prompts that no cache has seen, whatever was run before.
    const seed = clock.now() % 1_000_000;
    const measured = await calibrate({ ...request, model, clock, seed });
    return { provider: endpoint.provider, model: endpoint.model, endpoint: model.identity.endpoint, ...measured };
  } finally {
    await close();
  }
}
