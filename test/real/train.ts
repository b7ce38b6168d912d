import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrainResult } from '../../src/core/learning/account.ts';
import type { Checks } from './checks.ts';
import { datasetsFolder } from './datasets.ts';
import { zoo } from './zoo.ts';

const problems = 3;
const groupSize = 2;
const stages = ['rollout', 'summarize', 'extract', 'consolidate'] as const;

export interface RealTraining {
  /** Where the model is: `--provider`, `--model`, `--base-url`, … */
  readonly endpoint: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Trains over a few AIME24 problems through the command line, short, and checks that every stage of the loop ran on
 * real tokens and that the account adds up; then goes through the run again from its journal alone. Whether anything
 * useful was learned is not checked: a model of this size answers none of these problems.
 *
 * With prompts of the test's own (test/real/prompts): so small a model writes an experience only after examples, and
 * what it writes is mostly one of them.
 */
export async function trainForReal({ endpoint, environment }: RealTraining, checks: Checks): Promise<TrainResult> {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-real-'));
  const mirror = { ZOO_DATASETS_DIR: datasetsFolder() };
  try {
    const trained = await zoo([...runFlags, ...endpoint, ...sizeFlags], folder, { ...mirror, ...environment });
    checks.check('zoo train exits 0', trained.code === 0, trained.code);
    const result = JSON.parse(trained.stdout) as TrainResult;
    checkResult(result, checks);
    const written = readFileSync(join(folder, 'runs', 'real', 'result.json'), 'utf8');
    checks.check(
      'result.json holds what --json printed',
      JSON.stringify(JSON.parse(written)) === JSON.stringify(result),
    );
    showStages(result);

    const replayed = await zoo(['train', '--replay', 'real', '--library', 'replayed', '--json'], folder, mirror);
    const again = JSON.parse(replayed.stdout) as TrainResult;
    checks.check('a replay from the journal alone exits 0', replayed.code === 0, replayed.code);
    checks.check(
      'the replay has the same library root',
      again.library.after.root === result.library.after.root,
      again.library.after.root,
    );
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const prompts = fileURLToPath(new URL('prompts', import.meta.url));
const runFlags = ['train', '--dataset', 'aime24', '--run', 'real', '--library', 'library', '--json', '--seed', '1'];
const sizeFlags = [
  `--epochs=1 --limit=${problems} --group-size=${groupSize} --group-size-fixed --learn-from=all --concurrency=2`,
  '--max-tokens=128 --teacher-max-tokens=160 --teacher-temperature=0.2',
]
  .join(' ')
  .split(' ')
  .concat('--prompts', prompts);

function checkResult(result: TrainResult, checks: Checks): void {
  checks.check('the run is completed', result.status === 'completed', result.status);
  checks.check(`it learned from ${problems} problems`, result.dataset.train === problems, result.dataset);
  const rollouts = result.steps.map((step) => step.rollouts);
  const total = rollouts.reduce((sum, counts) => sum + counts.total, 0);
  checks.check('every rollout was drawn', total === problems * groupSize, rollouts);
  const failed = rollouts.reduce((sum, counts) => sum + counts.failed, 0);
  checks.check('no rollout failed', failed === 0, rollouts);
  for (const stage of stages) {
    const usage = result.usage.byStage[stage];
    const ran = usage !== undefined && usage.calls > 0 && usage.promptTokens > 0 && usage.completionTokens > 0;
    checks.check(`stage ${stage} ran on real tokens`, ran, usage);
  }
  const calls = Object.values(result.usage.byStage).reduce((sum, usage) => sum + usage.calls, 0);
  checks.check('the calls of the stages add up', calls === result.usage.calls, result.usage);
}

function showStages({ usage, steps, library, time }: TrainResult): void {
  console.table(
    Object.fromEntries(
      Object.entries(usage.byStage).map(([stage, { calls, promptTokens, cachedTokens, completionTokens }]) => [
        stage,
        { calls, promptTokens, cachedTokens, completionTokens },
      ]),
    ),
  );
  for (const { rollouts, operations } of steps) {
    console.log(
      `rollouts: ${rollouts.correct} correct, ${rollouts.wrong} wrong, ${rollouts.truncated} truncated, ` +
        `${rollouts.unparseable} without an answer, of ${rollouts.total}; ` +
        `operations: ${operations.accepted} accepted of ${operations.proposed}`,
    );
  }
  console.log(`experiences in the library: ${library.after.count}; ${(time.wallMs / 1000).toFixed(0)} s\n`);
}
