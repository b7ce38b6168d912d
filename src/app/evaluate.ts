import { ZooError, exitCode } from '../core/error.ts';
import { overlap } from '../core/learning/overlap.ts';
import type { Problem } from '../core/learning/problem.ts';
import type { Library } from '../core/library/library.ts';
import { randomFor } from '../core/random.ts';
import { type ControlName, directLibrary, otherDomainLibrary, shuffledLibrary } from '../evaluation/controls.ts';
import { type Arm, type Evaluation, evaluate } from '../evaluation/evaluate.ts';
import type { EvaluationReportInput } from '../evaluation/evaluation-report.ts';
import type { EvaluationEvent } from '../evaluation/event.ts';
import { planEvaluation } from '../evaluation/plan.ts';
import type { EvaluationResult, PlanAccount } from '../evaluation/result.ts';
import type { Sampling } from '../world/model/model.ts';
import type { Config } from './config.ts';
import { version } from './package.ts';
import { readPrompts } from './prompts.ts';
import { recordSettings } from './run-record.ts';
import { rootOf } from './train-run.ts';
import { refuseTrainedOn } from './refuse-trained-on.ts';
import { openDataset, openDatasets } from './wire/datasets.ts';
import { resolveStudent } from './wire/endpoints.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { type Models, type ModelsOptions, openModels } from './wire/models.ts';
import { clock, files, sha256 } from './wire/platform.ts';
import { judgeTotals } from '../world/verifier/verifier.ts';
import { openVerifier } from './wire/verifiers.ts';

export interface EvaluateRequest {
  /** Samples a problem and arm. */
  readonly samples: number;
  readonly untilDecided: boolean;
  /** The difference that power is told for. */
  readonly effect: number;
  /** Versions of the library to compare besides the working one, such as `v3`. */
  readonly versions: readonly string[];
  readonly controls: readonly ControlName[];
  /** The dataset whose problems the control `direct` is written from; never that of the evaluation. */
  readonly training: string | undefined;
  /** Reports on problems that the library was learned from as well, instead of refusing to. */
  readonly allowTrainedOn: boolean;
  /** Further models that answer with the library. */
  readonly models: readonly string[];
  /** Folders of further prompts to answer by, with the library. */
  readonly promptFolders: readonly string[];
  readonly observe: (event: EvaluationEvent) => void;
  readonly signal: AbortSignal;
}

/** What a run of `zoo eval` compares beside the arms without and with the library. */
type FurtherArms = Pick<EvaluateRequest, 'versions' | 'controls' | 'training' | 'models' | 'promptFolders'>;

/** Temperature of an evaluation unless the command line or the environment names one: that of the published protocol. */
const evaluationTemperature = 0.3;

/** Measures the model without and with the library, and with what else was asked for, on the problems of `--dataset`. */
export async function runEvaluation(config: Config, request: EvaluateRequest): Promise<EvaluationResult> {
  const { settings } = config;
  const { observe, signal } = request;
  const dataset = await openDataset(config);
  const verifier = await openVerifier(settings.verifier ?? dataset.verifier, {
    config,
    rubric: dataset.card?.rubric,
    signal,
  });
  const prompts = await readPrompts(files, sha256, config.settings.prompts);
  const ledger = ledgerAt(settings.library);
  const library = await ledger.library();
  const problems = settings.limit === undefined ? dataset.problems : dataset.problems.slice(0, settings.limit);
  const held = await Promise.all(request.versions.map((version) => ledger.readVersion(version)));
  if (!request.allowTrainedOn) await refuseTrainedOn({ ...dataset, problems }, [library, ...held], ledger);
  const training = request.controls.includes('direct')
    ? await trainingProblems(config, request.training, problems)
    : [];
  if (library.experiences.length === 0) {
    const message = `the library in ${settings.library} is empty, so that both arms are the same`;
    observe({ type: 'warning', code: 'empty-library', message, hint: 'Name another with --library or ZOO_LIBRARY.' });
  }
  const student = await resolveStudent(config, signal);
  const opening = {
    config,
    student,
    teacher: verifier.endpoint ?? student,
    prompts,
    journal: undefined,
    replay: false,
    scope: dataset.sha256,
    problems: dataset.problems,
    observe: (event) => {
      if (event.type.startsWith('call-') || event.type === 'concurrency' || event.type === 'warning') {
        observe(event as EvaluationEvent);
      }
    },
  } satisfies ModelsOptions;
  const models = await openModels(opening);
  verifier.bind?.(models.teacher);
  const opened: Models[] = [models];
  try {
    const arm = (name: string, held: Library): Arm => ({
      name,
      library: held,
      model: models.student,
      template: prompts.templates.solve,
    });
    const sampling = samplingOf(config);
    const versions = request.versions.map((version, index) => arm(version, held[index] as Library));
    const controls: Arm[] = [];
    for (const name of request.controls) {
      controls.push(
        arm(name, await controlLibrary(name, library, { models, prompts, training, sampling, config, signal })),
      );
    }
    const others: Arm[] = [];
    for (const name of request.models) {
      const other = { ...student, model: name };
      const beside = await openModels({ ...opening, student: other, teacher: other, beside: models });
      opened.push(beside);
      others.push({ ...arm(name, library), model: beside.student });
    }
    for (const folder of request.promptFolders) {
      const { templates } = await readPrompts(files, sha256, folder);
      others.push({ ...arm(folder, library), template: templates.solve });
    }
    const evaluation: Evaluation = {
      dataset: { name: dataset.name, sha256: dataset.sha256 },
      problems,
      arms: [arm('without', { experiences: [] }), arm('with', library), ...versions, ...controls, ...others],
      samples: request.samples,
      seed: settings.seed,
      sampling,
      libraryTokens: settings.libraryTokens,
      untilDecided: request.untilDecided,
      effect: request.effect,
    };
    const { deadline } = models;
    const ends = deadline === undefined ? signal : AbortSignal.any([signal, deadline]);
    const result = await evaluate(evaluation, {
      verifier,
      room: () => models.room(ends),
      signal: ends,
      observe,
      account: models.account,
    });
    const judge = verifier.account?.();
    return { ...result, ...(judge !== undefined && { judge: judgeTotals(judge) }) };
  } finally {
    await verifier.close?.();
    for (const one of opened.toReversed()) await one.close();
  }
}

/** What an evaluation would cost in calls and could find out; nothing is asked. */
export async function planFor(
  config: Config,
  request: Pick<EvaluateRequest, 'samples' | 'effect'> & FurtherArms,
): Promise<PlanAccount & { readonly problems: number; readonly arms: readonly string[] }> {
  const dataset = await openDataset(config);
  const { limit } = config.settings;
  const problems = limit === undefined ? dataset.problems : dataset.problems.slice(0, limit);
  const { versions, controls, models, promptFolders } = request;
  const names = ['without', 'with', ...versions, ...controls, ...models, ...promptFolders];
  const arms = names.map((name) => ({ name }) as Arm);
  return {
    ...planEvaluation({ problems, arms, samples: request.samples, effect: request.effect }),
    problems: problems.length,
    arms: names,
  };
}

/**
 * What the control `direct` is written from. It must not see what it is measured on, as the library has not.
 *
 * @throws ZooError `control-needs-training` (exit 2) when no other problems are named, or none that is another one
 */
async function trainingProblems(
  config: Config,
  named: string | undefined,
  evaluated: readonly Problem[],
): Promise<readonly Problem[]> {
  const refuse = (reason: string) =>
    new ZooError('control-needs-training', `the control "direct" cannot be written: ${reason}`, {
      exitCode: exitCode.usage,
      hint: 'Name the dataset that the library was learned from with --training <dataset>, or leave the control out.',
    });
  if (named === undefined) throw refuse('it is written from training problems, and none were named');
  const offered = (await openDatasets(config).open(named)).problems;
  const { exact, normalised } = overlap(offered, evaluated);
  const seen = new Set([...exact, ...normalised].map(({ left }) => left));
  const training = offered.filter(({ id }) => !seen.has(id));
  if (training.length === 0) throw refuse(`every problem of ${named} is evaluated on`);
  return training;
}

interface ControlMeans {
  readonly models: Models;
  readonly prompts: Awaited<ReturnType<typeof readPrompts>>;
  /** What the control `direct` is shown. */
  readonly training: readonly Problem[];
  readonly sampling: Sampling;
  readonly config: Config;
  readonly signal: AbortSignal;
}

async function controlLibrary(name: ControlName, library: Library, means: ControlMeans): Promise<Library> {
  const { seed, domain } = means.config.settings;
  const random = randomFor(seed, 'control', name);
  const count = library.experiences.length;
  switch (name) {
    case 'shuffled':
      return shuffledLibrary(library, random, sha256);
    case 'other-domain':
      return otherDomainLibrary(count, random, sha256);
    case 'direct': {
      const { models, prompts, training, sampling, signal } = means;
      return await directLibrary({
        model: models.student,
        template: prompts.templates.direct,
        sampling,
        problems: training,
        count,
        domain: domain ?? 'general',
        seed,
        sha256,
        signal,
      });
    }
  }
}

/** An evaluation with what its report tells beside the result. */
export async function describeEvaluation(config: Config, result: EvaluationResult): Promise<EvaluationReportInput> {
  const { settings } = config;
  const prompts = await readPrompts(files, sha256, settings.prompts);
  const library = await ledgerAt(settings.library).library();
  return {
    result,
    configuration: recordSettings({ ...settings, temperature: samplingOf(config).temperature ?? settings.temperature }),
    fingerprints: { zoo: version, prompts: prompts.hash, 'library (root)': rootOf(library) },
    createdAt: new Date(clock.now()).toISOString(),
    sha256,
  };
}

export function samplingOf({ settings, origins }: Config): Sampling {
  const { topP, topK, maxTokens, stop } = settings;
  const { from } = origins.temperature;
  const named = from === 'flag' || from === 'environment' || from === '.env';
  return { temperature: named ? settings.temperature : evaluationTemperature, topP, topK, maxTokens, stop };
}

/** Names of controls from a flag's text. @throws ZooError `unknown-control` */
export function parseControls(names: readonly string[], known: readonly ControlName[]): ControlName[] {
  return names.map((name) => {
    const control = known.find((candidate) => candidate === name);
    if (control !== undefined) return control;
    throw new ZooError('unknown-control', `there is no control "${name}"`, {
      exitCode: 2,
      hint: `Controls are ${known.join(', ')}.`,
    });
  });
}
