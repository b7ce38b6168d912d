import { type RunEstimate, type TokenPrice, estimateRun } from '../grpo/estimate.ts';
import type { Observe } from '../core/learning/event.ts';
import type { Config } from './config.ts';
import { readPrompts } from './prompts.ts';
import { settleGate } from './settle-gate.ts';
import { creationDate, planRun } from './train-run.ts';
import { openDataset } from './wire/datasets.ts';
import { resolveStudent, resolveTeacher } from './wire/endpoints.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { clock, files, sha256 } from './wire/platform.ts';
import { knownPrice } from './wire/prices.ts';
import { identityOf } from './wire/simulator.ts';
import { openVerifier } from './wire/verifiers.ts';

export interface TrainingEstimate {
  readonly estimate: RunEstimate;
  readonly problems: number;
  readonly student: { readonly provider: string; readonly model: string };
  readonly teacher: { readonly provider: string; readonly model: string };
}

/** Tokens a second that one call decodes, where nobody has measured. */
const assumedDecodeRate = 50;
/** Completion tokens of a rollout, where nothing limits them. */
const assumedRollout = { least: 100, most: 4096 };

/** What the run that the configuration asks for would cost. Nothing is asked of a model, locked or written. */
export async function estimateTraining(asked: Config, observe: Observe): Promise<TrainingEstimate> {
  const dataset = await openDataset(asked);
  const config = settleGate(asked, dataset.problems, observe);
  const { settings } = config;
  const student = await resolveStudent(config);
  const teacher = await resolveTeacher(config, student);
  const verifier = await openVerifier(settings.verifier ?? dataset.verifier, {
    config,
    rubric: dataset.card?.rubric,
    endpoint: () => Promise.resolve(teacher),
  });
  const run = planRun(config, {
    id: 'dry-run',
    dataset,
    verifier: verifier.name,
    library: await ledgerAt(settings.library).library(),
    prompts: await readPrompts(files, sha256, config.settings.prompts),
    student: identityOf(student),
    teacher: identityOf(teacher),
    createdAt: creationDate(config.environment, student.provider, clock.now()),
  });
  const most = settings.maxTokens ?? assumedRollout.most;
  const estimate = estimateRun(run, {
    studentPrice: priceFor(student, config),
    teacherPrice: priceFor(teacher, config),
    concurrency: settings.concurrency === 'auto' ? null : settings.concurrency,
    decodeRate: assumedDecodeRate,
    rolloutTokens: { least: Math.min(assumedRollout.least, most), most },
  });
  const named = ({ provider, model }: typeof student) => ({ provider, model });
  return { estimate, problems: run.problems.length, student: named(student), teacher: named(teacher) };
}

function priceFor(endpoint: Parameters<typeof identityOf>[0], config: Config): TokenPrice | null {
  const price = knownPrice(identityOf(endpoint), config);
  return price === undefined ? null : { prompt: price.input, completion: price.output };
}
