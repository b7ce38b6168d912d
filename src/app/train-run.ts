import { toHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { defaultSignalThreshold } from '../core/learning/advantage.ts';
import type { Problem } from '../core/learning/problem.ts';
import { split } from '../core/learning/split.ts';
import type { Library } from '../core/library/library.ts';
import type { Prompts } from '../core/prompt.ts';
import { libraryRoots } from '../core/tree/library-roots.ts';
import type { Run, TrainSettings } from '../grpo/run.ts';
import { runFingerprint } from '../grpo/train.ts';
import type { Dataset } from '../world/dataset/dataset.ts';
import type { ModelIdentity } from '../world/model/model.ts';
import type { Config } from './config.ts';
import type { Settings } from './settings.ts';
import { sha256 } from './wire/platform.ts';

export interface RunFacts {
  readonly id: string;
  readonly dataset: Dataset;
  readonly verifier: string;
  readonly library: Library;
  readonly prompts: Prompts;
  readonly student: ModelIdentity;
  readonly teacher: ModelIdentity;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

/** What a run is about, from the configuration and what it was found to mean. */
export function planRun(config: Config, facts: RunFacts): Run {
  const { settings } = config;
  const { dataset, library, prompts, student, teacher } = facts;
  const { train, gate } = chooseProblems(dataset.problems, settings);
  const trainSettings = trainSettingsOf(settings, train.length);
  const fingerprint = runFingerprint(
    {
      settings: trainSettings,
      dataset: dataset.sha256,
      train: train.map(({ id }) => id),
      gate: gate.map(({ id }) => id),
      verifier: facts.verifier,
      student: [student.provider, student.model],
      teacher: [teacher.provider, teacher.model],
      prompts: prompts.hash,
      library: rootOf(library),
    },
    sha256,
  );
  return {
    id: facts.id,
    fingerprint,
    settings: trainSettings,
    dataset: { name: dataset.name, sha256: dataset.sha256, domain: settings.domain ?? dataset.domain },
    problems: train,
    gateProblems: gate,
    library,
    prompts,
    createdAt: facts.createdAt,
    createdBy: `zoo train (${teacher.model})`,
  };
}

/** recordsRoot, hexadecimal. */
export function rootOf(library: Library): string {
  return toHex(libraryRoots(sha256, library.experiences).recordsRoot);
}

/**
 * The date that a run's experiences carry: SOURCE_DATE_EPOCH where it is set; with the simulator always the same, so
 * that the same arguments give the same library; the present otherwise. RFC 3339, UTC.
 *
 * @throws ZooError `invalid-setting` when SOURCE_DATE_EPOCH is not a number of seconds
 */
export function creationDate(environment: Config['environment'], provider: string, now: number): string {
  const epoch = environment['SOURCE_DATE_EPOCH'];
  if (epoch !== undefined && epoch !== '') {
    const date = new Date(Number(epoch) * 1000);
    if (/^\d+$/.test(epoch) && !Number.isNaN(date.getTime())) return date.toISOString();
    throw new ZooError('invalid-setting', `SOURCE_DATE_EPOCH is no number of seconds: "${epoch}"`, {
      hint: 'Set it to seconds since 1970, such as `git log -1 --format=%ct`, or unset it.',
    });
  }
  return provider === 'sim' ? simulatedDate : new Date(now).toISOString();
}

/** When the paper appeared. */
const simulatedDate = '2025-09-01T00:00:00.000Z';

/** The problems of a run: those to learn from, and those that the gate holds out. */
export function chooseProblems(
  problems: readonly Problem[],
  { limit, gate, gateShare, seed }: Settings,
): { readonly train: readonly Problem[]; readonly gate: readonly Problem[] } {
  const chosen = limit === undefined ? problems : problems.slice(0, limit);
  if (gate === 'off' || chosen.length < 2) return { train: chosen, gate: [] };
  return split(chosen, { train: 1 - gateShare, gate: gateShare }, seed);
}

function trainSettingsOf(settings: Settings, problems: number): TrainSettings {
  const { temperature, topP, topK, maxTokens, stop, teacherTemperature, teacherMaxTokens } = settings;
  return {
    seed: settings.seed,
    epochs: settings.epochs,
    batchSize: Math.max(1, Math.min(settings.batchSize ?? problems, problems)),
    groupSize: settings.groupSize,
    adaptiveGroups: !settings.groupSizeFixed,
    learnFrom: settings.learnFrom,
    groundTruth: settings.groundTruth,
    direct: settings.direct,
    signalThreshold: defaultSignalThreshold,
    maximumOperations: settings.maxOperations,
    capacity: settings.libraryCapacity,
    contextTokens: settings.contextTokens,
    libraryTokens: settings.libraryTokens,
    gate: settings.gate,
    gateSamples: settings.gateSamples,
    candidates: settings.candidates,
    student: defined({ temperature, topP, topK, maxTokens, stop }),
    teacher: defined({ temperature: teacherTemperature ?? temperature, maxTokens: teacherMaxTokens }),
  };
}

/** Without what is undefined, so that canonical JSON can hold it. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
