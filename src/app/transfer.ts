import { ZooError, exitCode } from '../core/error.ts';
import type { EvaluationEvent } from '../evaluation/event.ts';
import { evaluateTransfer, type TransferDataset, type TransferResult } from '../evaluation/transfer.ts';
import type { Config } from './config.ts';
import { type EvaluateRequest, samplingOf } from './evaluate.ts';
import { readPrompts } from './prompts.ts';
import { refuseTrainedOn } from './refuse-trained-on.ts';
import { openDatasets } from './wire/datasets.ts';
import { resolveStudent } from './wire/endpoints.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { type Models, openModels } from './wire/models.ts';
import { files, sha256 } from './wire/platform.ts';
import { type OpenedVerifier, openVerifier } from './wire/verifiers.ts';

export interface TransferRequest extends Pick<
  EvaluateRequest,
  'samples' | 'untilDecided' | 'effect' | 'allowTrainedOn' | 'observe' | 'signal'
> {
  /** Models at the configured endpoint; the configured one when none is named. */
  readonly models: readonly string[];
  /** Names of datasets; that of `--dataset` when none is named. */
  readonly datasets: readonly string[];
}

/**
 * Measures one library on several models and datasets, each pair by itself, under one budget.
 *
 * @throws ZooError `no-dataset` (exit 2) when no dataset is named
 */
export async function runTransfer(config: Config, request: TransferRequest): Promise<TransferResult> {
  const { settings } = config;
  const { observe, signal } = request;
  const prompts = await readPrompts(files, sha256, settings.prompts);
  const ledger = ledgerAt(settings.library);
  const library = await ledger.library();
  const datasets = await openTransferDatasets(config, request.datasets, signal);
  if (!request.allowTrainedOn) for (const dataset of datasets) await refuseTrainedOn(dataset, [library], ledger);
  const student = await resolveStudent(config, signal);
  const names = request.models.length === 0 ? [student.model] : request.models;
  // One judge over all models, where a dataset asks for one.
  const judge = datasets.find(({ verifier }) => verifier.endpoint !== undefined)?.verifier.endpoint;
  const opened: Models[] = [];
  try {
    for (const model of names) {
      const endpoint = { ...student, model };
      const models = await openModels({
        config,
        student: endpoint,
        teacher: judge ?? endpoint,
        prompts,
        journal: undefined,
        replay: false,
        scope: 'transfer',
        problems: datasets.flatMap(({ problems }) => problems),
        observe: (event) => {
          if (event.type.startsWith('call-') || event.type === 'concurrency' || event.type === 'warning') {
            observe(event as EvaluationEvent);
          }
        },
        beside: opened[0],
      });
      opened.push(models);
    }
    const [first] = opened as [Models];
    for (const { verifier } of datasets) verifier.bind?.(first.teacher);
    return await evaluateTransfer(
      {
        library,
        template: prompts.templates.solve,
        models: opened.map((models) => models.student),
        datasets,
        samples: request.samples,
        seed: settings.seed,
        sampling: samplingOf(config),
        libraryTokens: settings.libraryTokens,
        untilDecided: request.untilDecided,
        effect: request.effect,
      },
      { room: () => first.room(signal), signal, observe, account: first.account },
    );
  } finally {
    for (const { verifier } of datasets) await verifier.close?.();
    for (const models of opened.toReversed()) await models.close();
  }
}

type OpenedDataset = TransferDataset & { readonly verifier: OpenedVerifier };

async function openTransferDatasets(
  config: Config,
  named: readonly string[],
  signal: AbortSignal,
): Promise<OpenedDataset[]> {
  const { dataset, limit, verifier } = config.settings;
  const names = named.length > 0 ? named : dataset === undefined ? [] : [dataset];
  if (names.length === 0) {
    throw new ZooError('no-dataset', 'there is no dataset to evaluate on', {
      exitCode: exitCode.usage,
      hint: 'Name some with --datasets, or one with --dataset or ZOO_DATASET.',
    });
  }
  const source = openDatasets(config);
  const opened: OpenedDataset[] = [];
  for (const name of names) {
    const { sha256: digest, problems, verifier: own, card } = await source.open(name);
    const taken = limit === undefined ? problems : problems.slice(0, limit);
    const judging = await openVerifier(verifier ?? own, { config, rubric: card?.rubric, signal });
    opened.push({ name, sha256: digest, problems: taken, verifier: judging });
  }
  return opened;
}
