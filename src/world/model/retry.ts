import { ZooError } from '../../core/error.ts';
import type { Observe } from '../../core/learning/event.ts';
import type { Failure } from '../../core/learning/outcome.ts';
import type { Random } from '../../core/random.ts';
import type { Clock } from '../clock/clock.ts';
import { type GenerateOptions, type Model, ModelError, type ModelRequest, type Sampled } from './model.ts';
import { type RetryAllowance, createRetryAllowance } from './retry-allowance.ts';

const firstDelayMs = 500;
const longestDelayMs = 20_000;
/** A 429 is an answer: the endpoint lives and the limiter learns. It takes this many to use up one attempt. */
const refusalsPerAttempt = 4;
/** A Retry-After beyond this is no pause within a run: it is a quota that is used up. */
const longestRetryAfterMs = 600_000;

export interface RetryOptions {
  readonly clock: Clock;
  /** Spreads the delays, so that calls that failed together do not come back together. */
  readonly random: Random;
  readonly observe: Observe;
  /** Tries of one call at most; 6 by default. */
  readonly attempts?: number | undefined;
  /** Shared by the models of one endpoint. */
  readonly allowance?: RetryAllowance | undefined;
}

/**
 * Asks again what may mend itself: 429, 5xx, broken connections and deadlines, after a delay drawn uniformly from
 * [0, 0.5 s × 2^tries), 20 s at most ("full jitter"), Retry-After at least, and no faster over all calls than the
 * {@link RetryAllowance} lets. No slot is held meanwhile. What stays broken becomes a {@link Failure} for each sample;
 * a request that the endpoint calls invalid becomes one at once.
 *
 * @throws ZooError `model-quota`, `model-auth`, `model-not-found` or `model-connection` for what every other call would
 *   run into as well; the signal's reason when it is aborted
 */
export function retrying(model: Model, options: RetryOptions): Model {
  const { clock, random, observe, attempts = 6 } = options;
  const allowance = options.allowance ?? createRetryAllowance();

  async function ask(request: ModelRequest, generate: GenerateOptions): Promise<readonly Sampled[]> {
    const { signal } = generate;
    let used = 0;
    for (let attempt = 1; ; attempt++) {
      const error = await attemptOnce(request, generate);
      if (!(error instanceof ModelError)) return error;
      signal?.throwIfAborted();
      if (isHopeless(error)) throw endOfRun(error, model);
      if (error.status !== undefined) allowance.answered();
      used += error.kind === 'rate-limit' ? 1 / refusalsPerAttempt : 1;
      const willRetry = error.retryable && used < attempts;
      if (!willRetry && error.kind === 'connection' && allowance.lost()) throw endOfRun(error, model);
      const failure = failureOf(error, attempt);
      observe({ type: 'call-failed', stage: request.purpose.stage, failure, attempt, willRetry });
      if (!willRetry) return request.samples.map(() => failure);
      await clock.sleep(Math.max(delayFor(error, attempt), allowance.take(clock.now())), signal);
    }
  }

  async function attemptOnce(
    request: ModelRequest,
    generate: GenerateOptions,
  ): Promise<readonly Sampled[] | ModelError> {
    try {
      const sampled = await model.generate(request, generate);
      allowance.succeed();
      return sampled;
    } catch (thrown) {
      generate.signal?.throwIfAborted();
      if (thrown instanceof ModelError) return thrown;
      throw thrown;
    }
  }

  function delayFor(error: ModelError, attempt: number): number {
    const jitter = random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
    const floor = error.retryAfterMs ?? 0;
    // A little later than told, each by its own share, lest all come back in the same instant.
    return Math.max(jitter, floor + random() * Math.min(firstDelayMs, floor / 4));
  }

  return { ...model, generate: (request, generate = {}) => ask(request, generate) };
}

function failureOf(error: ModelError, attempt: number): Failure {
  const tries = attempt === 1 ? '' : ` (attempt ${attempt})`;
  return { kind: 'failed', boundary: 'model', code: error.kind, reason: `${error.message}${tries}` };
}

function isHopeless(error: ModelError): boolean {
  return error.fatal || (error.retryAfterMs !== undefined && error.retryAfterMs > longestRetryAfterMs);
}

function endOfRun(error: ModelError, { identity }: Model): ZooError {
  const kind = error.fatal || error.kind === 'connection' ? error.kind : 'quota';
  return new ZooError(`model-${kind}`, `${identity.model} at ${identity.endpoint}: ${error.message}`, {
    cause: error,
    hint: error.hint ?? hints[kind],
    data: { provider: identity.provider, model: identity.model, status: error.status ?? null },
  });
}

const hints: Readonly<Record<string, string>> = {
  quota:
    'The quota of the account is used up. What was done is in the journal: wait until it is renewed, or raise it with the provider, and go on with --resume.',
  connection:
    'Start the server, or mend --base-url (ZOO_BASE_URL), and go on with --resume; "zoo doctor" tells whether it can be reached.',
  auth: 'Give a valid key with --api-key or ZOO_API_KEY; "zoo doctor" tells which one is used.',
  'not-found':
    'Check --model (ZOO_MODEL) and --base-url (ZOO_BASE_URL); "zoo doctor" lists the models of the endpoint.',
};
