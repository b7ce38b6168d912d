import { z } from 'zod';
import { ZooError, exitCode } from '../core/error.ts';
import type { Library } from '../core/library/library.ts';
import { findTrainedOn } from '../evaluation/trained-on.ts';
import type { Dataset } from '../world/dataset/dataset.ts';
import type { Ledger } from './wire/ledgers.ts';

const evidenceSchema = z.looseObject({ run: z.string(), dataset: z.string() });

/**
 * Refuses to report scores on problems that a library was learned from: they tell how well it was learned by heart, and
 * say little about others.
 *
 * @throws ZooError `trained-on` (exit 2)
 */
export async function refuseTrainedOn(
  dataset: Pick<Dataset, 'name' | 'problems' | 'sha256'>,
  libraries: readonly Library[],
  ledger: Ledger,
): Promise<void> {
  const datasets = new Map<string, string>();
  for (const { commit } of await ledger.history()) {
    const checked = evidenceSchema.safeParse(commit.evidence);
    if (checked.success) datasets.set(checked.data.run, checked.data.dataset);
  }
  const trained = findTrainedOn(dataset, libraries, (run) => datasets.get(run));
  if (trained.length === 0) return;
  throw new ZooError(
    'trained-on',
    `the library was learned from ${trained.length} of the ${dataset.problems.length} problems of ${dataset.name}: scores on them say little about others`,
    {
      exitCode: exitCode.usage,
      hint: 'Evaluate on other problems (`zoo dataset split` sets some aside before training), or allow it with --allow-trained-on; the report says so then.',
      data: { problems: trained.slice(0, 20) },
    },
  );
}
