import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrainResult } from '../../src/core/learning/account.ts';
import { findLlama } from '../real/install-llama.ts';
import { tinyGguf } from '../world/model/tiny-gguf.ts';
import { ensureBuilt, makeFolder, runZoo, startZoo, whenSaid } from './zoo.ts';

const library = findLlama();
if (library === undefined) {
  console.log('e2e/llama.test: skipped, since node-llama-cpp is not installed (node test/real/install-llama.ts)');
}

/** The command line over a model of random weights, inside the process. */
describe.skipIf(library === undefined)('zoo train --provider llama', () => {
  const home = makeFolder();
  const options = { folder: home.path, environment: { ZOO_LLAMA_MODULE: library ?? '' } };
  const small = ['--dataset', 'quickstart', '--provider', 'llama', '--model', 'tiny.gguf', '--epochs', '1'];
  const short = ['--max-tokens', '40', '--teacher-max-tokens', '40', '--learn-from', 'all', '--concurrency', '2'];
  beforeAll(async () => {
    await ensureBuilt();
    writeFileSync(join(home.path, 'tiny.gguf'), tinyGguf({ contextLength: 8192 }));
  }, 60_000);
  afterAll(() => home.remove());

  test('runs the stages on the tokens of the embedded model, and leaves nothing running', async () => {
    const { code, stdout } = await runZoo(['train', ...small, ...short, '--limit', '3', '--json'], options);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as TrainResult;
    expect(result).toMatchObject({ status: 'completed', model: { provider: 'llama', student: 'tiny.gguf' } });
    for (const stage of ['rollout', 'summarize', 'extract']) {
      const usage = result.usage.byStage[stage];
      expect(usage?.calls, stage).toBeGreaterThan(0);
      expect(usage?.completionTokens, stage).toBeGreaterThan(0);
    }
    const rollouts = result.steps[0]?.rollouts;
    expect(rollouts?.total).toBeGreaterThanOrEqual(6);
    expect(rollouts?.failed).toBe(0);
  });

  test('is interrupted amid a completion, and goes on', async () => {
    const words = ['train', ...small, ...short, '--limit', '2', '--group-size', '2', '--max-tokens', '1500'];
    const { child, ended } = startZoo([...words, '--run', 'cut', '--library', 'cut', '--no-live'], options);
    await whenSaid(child, 'step 1');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const resumed = await runZoo(['train', '--resume', 'cut', '--library', 'cut', '--json'], options);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ run: 'cut', status: 'completed' });
  });

  test('refuses before a run is begun when the file is missing', async () => {
    const words = ['train', ...small, '--model', 'none.gguf', '--run', 'none', '--json'];
    const { code, stdout } = await runZoo(words, options);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'llama-model-not-found' } });
    // So that the name can be used again.
    expect(existsSync(join(home.path, 'runs', 'none', 'run.json'))).toBe(false);
  });
});
