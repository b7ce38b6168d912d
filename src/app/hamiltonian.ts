import { join } from 'node:path';
import { randomFor } from '../core/random.ts';
import { accountHamiltonian, type HamiltonianAccount } from '../evaluation/hamiltonian.ts';
import type { Config } from './config.ts';
import { readRunRecord } from './run-record.ts';
import { lastRun } from './train-session.ts';
import { openForReading } from './wire/journals.ts';
import { files } from './wire/platform.ts';

export interface RunHamiltonian extends HamiltonianAccount {
  readonly run: string;
}

/**
 * The Hamiltonian account of a run, the last one unless named, with the test of the claim that kappa is conserved. A run
 * that was stopped has an account of what it got to.
 *
 * @throws ZooError `no-such-run`
 */
export async function readRunHamiltonian(config: Config, named: string | undefined): Promise<RunHamiltonian> {
  const { runs, seed } = config.settings;
  const run = named ?? (await lastRun(files, runs));
  const folder = join(runs, run);
  await readRunRecord(files, folder, run);
  const journal = await openForReading(folder);
  try {
    return { run, ...(await accountHamiltonian(journal.entries(), randomFor(seed, 'hamiltonian', run))) };
  } finally {
    await journal.close();
  }
}
