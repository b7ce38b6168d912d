import { join } from 'node:path';
import { z } from 'zod';
import { ZooError } from '../core/error.ts';
import type { TrainResult } from '../core/learning/account.ts';
import { parseJson } from '../core/json.ts';
import { experienceSchema } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import { buildReport } from '../evaluation/report.ts';
import type { Dataset } from '../world/dataset/dataset.ts';
import type { Config } from './config.ts';
import { type RunRecord, readRunRecord, readStartLibrary } from './run-record.ts';
import { lastRun } from './train-session.ts';
import { openDatasets } from './wire/datasets.ts';
import { openForReading } from './wire/journals.ts';
import { clock, files, sha256 } from './wire/platform.ts';

export interface WrittenReport {
  readonly run: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Builds the report of a run (the last one unless named) and writes it: into the run's folder, or where it is told.
 *
 * @throws ZooError `no-such-run`, or `no-result` for a run that was killed before it could write its account
 */
export async function writeReport(
  config: Config,
  named: string | undefined,
  output: string | undefined,
): Promise<WrittenReport> {
  const { runs } = config.settings;
  const run = named ?? (await lastRun(files, runs));
  const folder = join(runs, run);
  const record = await readRunRecord(files, folder, run);
  const result = await readResult(folder, run);
  const before = await readStartLibrary(files, folder);
  const journal = await openForReading(folder);
  try {
    const html = await buildReport({
      result,
      entries: journal.entries(),
      before,
      after: libraryOf(await journal.checkpoint()) ?? before,
      fingerprint: record.fingerprint,
      problems: (await datasetOf(record, config))?.problems,
      configuration: record.settings,
      fingerprints: {
        run: record.fingerprint,
        prompts: record.prompts.hash,
        verifier: record.verifier,
        zoo: record.versions.zoo,
      },
      createdAt: new Date(clock.now()).toISOString(),
      sha256,
    });
    const path = output ?? join(folder, 'report.html');
    await files.writeAtomic(path, html);
    return { run, path, bytes: Buffer.byteLength(html) };
  } finally {
    await journal.close();
  }
}

async function readResult(folder: string, run: string): Promise<TrainResult> {
  const path = join(folder, 'result.json');
  const text = await files.readText(path);
  if (text !== undefined)
    return parseJson(
      text,
      z.custom<TrainResult>((value) => typeof value === 'object'),
      path,
    );
  throw new ZooError('no-result', `run "${run}" was stopped before it wrote its account`, {
    hint: `Go on with it first: zoo train --resume ${run}.`,
  });
}

/** What the last finished step left, as the loop's checkpoint keeps it. */
function libraryOf(checkpoint: unknown): Library | undefined {
  const schema = z.object({ accepted: z.object({ experiences: z.array(experienceSchema) }) });
  const parsed = schema.safeParse(checkpoint);
  return parsed.success ? parsed.data.accepted : undefined;
}

/** The run's problems, where they can still be had as they were; a report is readable without them. */
async function datasetOf(record: RunRecord, config: Config): Promise<Dataset | undefined> {
  const name = record.settings['dataset'];
  if (typeof name !== 'string') return undefined;
  try {
    const dataset = await openDatasets(config).open(name);
    return dataset.sha256 === record.dataset.sha256 ? dataset : undefined;
  } catch (thrown) {
    if (thrown instanceof ZooError) return undefined;
    throw thrown;
  }
}
