import type { Sha256 } from '../../core/digest.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Clock } from '../clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import { createCallKeys } from './call-key.ts';
import type { Completion, GenerateOptions, Model, ModelRequest, Purpose, SampleIdentity, Sampled } from './model.ts';

export interface JournaledOptions {
  /** `replay` answers from the journal alone, failures too; `live` asks what is missing and what had failed. */
  readonly mode: 'live' | 'replay';
  /** What all calls share beside their text, such as the digest of the data; part of every key. */
  readonly scope: string;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Told of every completion that came from the journal, such as `budget.recall`. */
  readonly found?: ((purpose: Purpose, completion: Completion) => void) | undefined;
}

/** Messages that a journal has from this process already, by digest. */
const written = new WeakMap<Journal, Set<string>>();

/**
 * Answers from the journal what it knows and asks only the samples that it does not; what was asked is in the journal
 * before it is returned. Samples with consecutive seeds stay one request. Two equal calls at once are asked once.
 *
 * @throws ZooError `replay-miss` when a replay is asked something that the run never asked
 */
export function journaled(model: Model, journal: Journal, options: JournaledOptions): Model {
  const { mode, scope, clock, sha256, found } = options;
  const keys = createCallKeys(scope, sha256);
  const underWay = new Map<string, Promise<Sampled>>();

  async function recall(key: string, purpose: Purpose): Promise<Sampled | undefined> {
    const sampled = await journal.find(key);
    if (sampled === undefined || (sampled.kind === 'failed' && mode === 'live')) return undefined;
    if (sampled.kind === 'completion') found?.(purpose, sampled);
    return sampled;
  }

  /** Asks some samples of a request and resolves each as soon as the journal has it. */
  function ask(request: ModelRequest, missing: readonly Missing[], generate: GenerateOptions): Promise<Sampled>[] {
    const samples = missing.map(({ sample }) => sample);
    const part = samples.length === request.samples.length ? request : { ...request, samples };
    const asked = model.generate(part, generate).then(async (sampled) => {
      await record(part, missing, sampled);
      return sampled;
    });
    return missing.map(async ({ key }, position) => {
      try {
        const sampled = (await asked)[position];
        if (sampled === undefined) throw tooFewAnswers(request, missing.length);
        return sampled;
      } finally {
        underWay.delete(key);
      }
    });
  }

  async function record(request: ModelRequest, asked: readonly Missing[], sampled: readonly Sampled[]): Promise<void> {
    const messages = request.messages.map((message) => keys.messageDigest(message));
    const at = clock.now();
    const appended = appendMessages(request, messages);
    for (const [position, result] of sampled.entries()) {
      const call = asked[position];
      if (call === undefined) break;
      const { key, sample } = call;
      const { purpose } = request;
      appended.push(
        journal.append({ type: 'call', key, purpose, model: model.identity, messages, sample, result, at }),
      );
    }
    await Promise.all(appended);
  }

  function appendMessages(request: ModelRequest, digests: readonly string[]): Promise<void>[] {
    let known = written.get(journal);
    if (known === undefined) written.set(journal, (known = new Set()));
    const appended: Promise<void>[] = [];
    for (const [position, { role, content }] of request.messages.entries()) {
      const digest = digests[position] ?? '';
      if (known.has(digest)) continue;
      known.add(digest);
      appended.push(journal.append({ type: 'message', digest, role, content }));
    }
    return appended;
  }

  /** Whoever asks first asks for all: the others wait for its answer, and ask themselves if it was aborted. */
  async function join(key: string, request: ModelRequest, sample: SampleIdentity, generate: GenerateOptions) {
    try {
      return await underWay.get(key);
    } catch (thrown) {
      generate.signal?.throwIfAborted();
      if (thrown instanceof ZooError) throw thrown;
      const [again] = await answer({ ...request, samples: [sample] }, generate);
      return again;
    }
  }

  async function answer(request: ModelRequest, generate: GenerateOptions): Promise<readonly Sampled[]> {
    const { samples, purpose } = request;
    const sampleKeys = keys.callKeys(model.identity, request);
    const known = await Promise.all(sampleKeys.map((key) => recall(key, purpose)));
    const answers: Promise<Sampled | undefined>[] = known.map((sampled) => Promise.resolve(sampled));
    const missing: Missing[] = [];
    for (const [position, sample] of samples.entries()) {
      const key = sampleKeys[position] ?? '';
      if (known[position] !== undefined) continue;
      if (mode === 'replay') throw replayMiss(purpose, sample);
      if (underWay.has(key)) answers[position] = join(key, request, sample, generate);
      else missing.push({ position, key, sample });
    }
    for (const run of runsOf(missing)) {
      for (const [offset, promise] of ask(request, run, generate).entries()) {
        const { position, key } = run[offset] as Missing;
        answers[position] = promise;
        underWay.set(key, promise);
      }
    }
    return (await Promise.all(answers)).map((sampled) => {
      if (sampled === undefined) throw tooFewAnswers(request, samples.length);
      return sampled;
    });
  }

  return { ...model, generate: (request, generate = {}) => answer(request, generate) };
}

interface Missing {
  readonly position: number;
  readonly key: string;
  readonly sample: SampleIdentity;
}

/** Cuts samples into stretches of neighbours with consecutive seeds: each can be one request. */
function runsOf(missing: readonly Missing[]): readonly Missing[][] {
  const runs: Missing[][] = [];
  let previous: Missing | undefined;
  for (const next of missing) {
    const run = runs.at(-1);
    if (run !== undefined && previous?.position === next.position - 1 && previous.sample.seed === next.sample.seed - 1)
      run.push(next);
    else runs.push([next]);
    previous = next;
  }
  return runs;
}

function replayMiss({ stage, item, step }: Purpose, { index }: SampleIdentity): ZooError {
  const where = step === undefined ? '' : ` in step ${step}`;
  return new ZooError(
    'replay-miss',
    `the journal has no answer for stage "${stage}", item "${item}", sample ${index}${where}`,
    {
      exitCode: exitCode.verification,
      hint: 'A replay must have the arguments of its run: the same data, model, prompts, sampling and seed. Or the run ended before this call: go on with --resume first.',
      data: { stage, item, step: step ?? null, sample: index },
    },
  );
}

function tooFewAnswers({ purpose }: ModelRequest, expected: number): Error {
  return new Error(`the model gave fewer than ${expected} answers for ${purpose.stage} of ${purpose.item}`);
}
