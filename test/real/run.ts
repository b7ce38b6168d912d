/**
 * The test on a real model, embedded: installs node-llama-cpp (CPU only) and fetches SmolLM2-135M-Instruct outside the
 * repository, runs the adapter's tests on it, and trains over AIME24 problems through the command line.
 *
 *     node test/real/run.ts
 *
 * Where one of them cannot be had, it is skipped with the reason.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Checks } from './checks.ts';
import { datasetsFolder, projectFolder } from './datasets.ts';
import { fetchModel } from './fetch-model.ts';
import { installLlama } from './install-llama.ts';
import { Skipped } from './skipped.ts';
import { trainForReal } from './train.ts';
import { buildZoo } from './zoo.ts';

/** What runs on a tiny model of random weights, and is skipped where node-llama-cpp is not installed. */
const quickTests = ['test/world/model/llama.test.ts', 'test/e2e/llama.test.ts'];

const checks = new Checks();
try {
  const library = installLlama();
  console.log(`node-llama-cpp: ${library}`);
  checks.check('the quick tests of the embedded model pass', testAdapter(library) === 0);
  const model = await fetchModel();
  console.log(`model: ${model}`);
  datasetsFolder();
  buildZoo();
  await trainForReal(
    { endpoint: ['--provider', 'llama', '--model', model], environment: { ZOO_LLAMA_MODULE: library } },
    checks,
  );
} catch (thrown) {
  if (!(thrown instanceof Skipped)) throw thrown;
  checks.skip(thrown.message);
}
process.exitCode = checks.end();

function testAdapter(library: string): number | null {
  const vitest = join(projectFolder, 'node_modules', 'vitest', 'vitest.mjs');
  const done = spawnSync(process.execPath, [vitest, 'run', ...quickTests], {
    cwd: projectFolder,
    env: { ...process.env, ZOO_LLAMA_MODULE: library },
    stdio: 'inherit',
  });
  return done.status;
}
