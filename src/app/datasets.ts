import { join } from 'node:path';
import { type Overlap, overlap } from '../core/learning/overlap.ts';
import { split } from '../core/learning/split.ts';
import type { Config } from './config.ts';
import { openDatasets, problemLines } from './wire/datasets.ts';
import { files } from './wire/platform.ts';

/** Writes a dataset in the form that zoo trains on, one problem a line. */
export async function importDataset(
  config: Config,
  source: string,
  output: string,
): Promise<{ readonly problems: number; readonly notes: readonly string[] }> {
  const { problems, notes } = await openDatasets(config).open(source);
  await files.writeAtomic(output, problemLines(problems));
  return { problems: problems.length, notes };
}

export interface WrittenPart {
  readonly name: string;
  readonly problems: number;
  readonly path: string;
}

/** Splits a dataset by weights and writes each part to a file of its own, `<dataset>-<part>.jsonl`. */
export async function splitDataset(
  config: Config,
  name: string,
  weights: Readonly<Record<string, number>>,
  folder: string,
): Promise<readonly WrittenPart[]> {
  const dataset = await openDatasets(config).open(name);
  const parts = Object.entries(split(dataset.problems, weights, config.settings.seed));
  const stem = dataset.name.replaceAll(/[^\w.-]+/g, '-').replace(/\.\w+$/, '');
  const written = parts.map(([part, problems]) => ({
    name: part,
    problems,
    path: join(folder, `${stem}-${part}.jsonl`),
  }));
  await files.writeAll(written.map(({ path, problems }) => [path, problemLines(problems)]));
  return written.map(({ problems, ...part }) => ({ ...part, problems: problems.length }));
}

export async function compareDatasets(config: Config, one: string, two: string): Promise<Overlap> {
  const source = openDatasets(config);
  const [left, right] = await Promise.all([source.open(one), source.open(two)]);
  return overlap(left.problems, right.problems);
}
