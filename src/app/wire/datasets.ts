import { join } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Problem } from '../../core/learning/problem.ts';
import { type CardedDatasetSource, type OpenedDataset, datasetSource } from '../../world/dataset/source.ts';
import { toZooForm } from '../../world/dataset/zoo-form.ts';
import type { Config } from '../config.ts';
import { packageFolder } from '../package.ts';
import { cacheFolder, clock, files, sha256 } from './platform.ts';

export interface DatasetsOptions {
  /** Told while something is fetched. */
  readonly onProgress?: Parameters<typeof datasetSource>[0]['onProgress'];
}

export function openDatasets(config: Config, options: DatasetsOptions = {}): CardedDatasetSource {
  const { environment, settings } = config;
  return datasetSource({
    files,
    clock,
    sha256,
    cards: join(packageFolder, 'datasets'),
    mirror: settings.datasetsDir,
    cache: join(cacheFolder(config), 'datasets'),
    endpoint: environment['HF_ENDPOINT'],
    token: environment['HF_TOKEN'],
    ...options,
  });
}

/** The dataset that `--dataset` names. @throws ZooError `no-dataset` (exit 2) when it names none */
export async function openDataset(config: Config): Promise<OpenedDataset> {
  const { dataset } = config.settings;
  if (dataset !== undefined) return await openDatasets(config).open(dataset);
  throw new ZooError('no-dataset', 'no dataset was named', {
    exitCode: exitCode.usage,
    hint: 'Name one with --dataset or ZOO_DATASET: a card (`zoo dataset list` shows them), a path to JSONL, or hf:owner/name. To begin: --dataset quickstart.',
  });
}

/** Problems as zoo reads them, one a line. */
export function problemLines(problems: readonly Problem[]): string {
  return toZooForm(problems);
}
