import { type FaultSource, type TransportFault, countOccurrences, createFaultSource } from '../faults.ts';
import type { Exchange } from '../machine.ts';
import { simulatedModels } from '../simulated-models.ts';
import type { SimulatorSettings } from '../simulator-options.ts';
import type { Recorder } from '../statistics.ts';
import { readChatRequest } from './read-chat-request.ts';
import type { Refusal } from './refuse.ts';

/** What decides whether a request is served. */
export interface Desk {
  readonly settings: SimulatorSettings;
  readonly recorder: Recorder;
  readonly faults: FaultSource;
  /** How often a request without a seed came: each time it gets other samples. */
  readonly unseeded: (request: string) => number;
}

export type Admission =
  | { readonly kind: 'served'; readonly exchange: Exchange }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'reset' };

export function createDesk(settings: SimulatorSettings, recorder: Recorder): Desk {
  return {
    settings,
    recorder,
    faults: createFaultSource(settings.seed, settings.faults),
    unseeded: countOccurrences(),
  };
}

/**
 * Checks a request in the order of a real gateway: form, model, quota, load, then chance. Being refused for the load
 * is no attempt, so what chance does to a request stays independent of the order of arrival.
 */
export function admit(body: string, digest: string, desk: Desk): Admission {
  const { settings, recorder } = desk;
  const request = readChatRequest(body);
  if (typeof request === 'string') return refused(400, 'invalid_request_error', null, request);
  const model = simulatedModels.find(({ id }) => id === request.model);
  if (model === undefined) {
    const known = simulatedModels.map(({ id }) => id).join(', ');
    return refused(
      404,
      'invalid_request_error',
      'model_not_found',
      `The simulator has no model ${request.model}. It has ${known}.`,
    );
  }
  if (settings.quota !== undefined && recorder.requests() > settings.quota) {
    recorder.fault('quota');
    return refused(429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota for today.');
  }
  if (settings.concurrencyLimit !== undefined && recorder.inFlight() > settings.concurrencyLimit) {
    recorder.fault('concurrencyLimit');
    return refused(
      429,
      'rate_limit_error',
      'rate_limit_exceeded',
      `Too many concurrent requests: the limit is ${settings.concurrencyLimit} concurrent requests.`,
    );
  }
  const transportFault = desk.faults.drawTransport(digest);
  if (transportFault !== undefined) {
    recorder.fault(transportFault);
    const refusal = refusalOf(transportFault, digest, settings);
    if (refusal !== undefined) return { kind: 'refused', refusal };
    if (transportFault === 'resetBefore') return { kind: 'reset' };
  }
  const answerFault = desk.faults.drawAnswer(digest, request.format !== undefined);
  if (answerFault !== undefined) recorder.fault(answerFault);
  const seed = request.seed ?? (Number.parseInt(digest.slice(0, 7), 16) + desk.unseeded(digest) * request.n) % 2 ** 31;
  const id = `chatcmpl-sim-${recorder.requests()}`;
  return { kind: 'served', exchange: { id, request, model, seed, transportFault, answerFault } };
}

function refusalOf(fault: TransportFault, digest: string, { faults }: SimulatorSettings): Refusal | undefined {
  const busy = { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' };
  switch (fault) {
    case 'rateLimit':
      return {
        ...busy,
        message: `Rate limit reached. Please try again in ${faults.retryAfterSeconds}s.`,
        headers: {
          'retry-after': String(Math.ceil(faults.retryAfterSeconds)),
          'retry-after-ms': String(Math.round(faults.retryAfterSeconds * 1000)),
        },
      };
    case 'rateLimitSilent':
      return { ...busy, message: 'Rate limit reached.' };
    case 'serverError': {
      const status = [500, 502, 503][Number.parseInt(digest.slice(0, 6), 16) % 3] ?? 500;
      return { status, type: 'server_error', code: null, message: 'The simulated server failed, as it was told to.' };
    }
    case 'resetBefore':
    case 'resetMidway':
    case 'stall':
    case 'earlyEnd':
      return undefined;
  }
}

function refused(status: number, type: string, code: string | null, message: string): Admission {
  return { kind: 'refused', refusal: { status, type, code, message } };
}
