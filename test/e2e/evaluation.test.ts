import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, makeFolder, runZoo } from './zoo.ts';

const home = makeFolder();
const options = { folder: home.path };
const sim = ['--provider', 'sim', '--limit', '12', '-q'];
const trained = '--allow-trained-on';
beforeAll(async () => {
  await ensureBuilt();
  await runZoo(
    ['train', ...sim, '--dataset', 'quickstart', '--epochs', '2', '--gate', 'off', '--run', 'taught'],
    options,
  );
}, 60_000);
afterAll(() => home.remove());

describe('zoo eval', () => {
  it('compares further models, prompts and controls, and writes its report', async () => {
    const words = ['--samples', '2', '--models', 'zoo-sim-student-large', '--controls', 'shuffled', '--html', 'e.html'];
    const { code, stdout } = await runZoo(
      ['eval', ...sim, trained, '--dataset', 'quickstart', ...words, '--json'],
      options,
    );
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as { arms: { name: string; model: string }[]; notes: string[] };
    expect(result.arms.map(({ name }) => name)).toEqual(['without', 'with', 'shuffled', 'zoo-sim-student-large']);
    expect(result.arms[3]?.model).toBe('zoo-sim-student-large');
    expect(result.notes[0]).toContain('of these 12 problems');
    const page = readFileSync(join(home.path, 'e.html'), 'utf8');
    expect(page).toContain('Content-Security-Policy');
    expect(page).toContain('zoo-sim-student-large');
  });

  it('refuses to report on what the library was learned from', async () => {
    for (const words of [[], ['--transfer', '--datasets', 'quickstart']]) {
      const { code, stderr } = await runZoo(['eval', ...sim, '--dataset', 'quickstart', ...words], options);
      expect(code).toBe(2);
      expect(stderr).toContain('[trained-on]');
      expect(stderr).toContain('--allow-trained-on');
    }
  });

  it('writes the control "direct" from training problems alone', async () => {
    await runZoo(['dataset', 'split', 'quickstart', '--parts', 'other=1,held-out=1'], options);
    const words = [
      'eval',
      ...sim,
      trained,
      '--dataset',
      'quickstart-held-out.jsonl',
      '--controls',
      'direct',
      '--samples',
      '1',
    ];
    const unnamed = await runZoo(words, options);
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('[control-needs-training]')]);
    const same = await runZoo([...words, '--limit', '40', '--training', 'quickstart-held-out.jsonl'], options);
    expect([same.code, same.stderr]).toEqual([2, expect.stringContaining('[control-needs-training]')]);
    const named = await runZoo([...words, '--training', 'quickstart', '--json'], options);
    expect(named.code).toBe(0);
    const { arms } = JSON.parse(named.stdout) as { arms: { name: string; experiences: number }[] };
    expect(arms[2]).toMatchObject({ name: 'direct' });
    expect(arms[2]?.experiences).toBeGreaterThan(0);
  });

  it('carries one library over models, in one table', async () => {
    const words = ['--transfer', '--models', 'zoo-sim-student,zoo-sim-student-small', '--datasets', 'quickstart'];
    const files = ['--markdown', 't.md', '--junit', 't.xml'];
    const { code, stdout } = await runZoo(
      ['eval', ...sim, trained, ...words, ...files, '--samples', '2', '--json'],
      options,
    );
    expect(code).toBe(0);
    const { cells } = JSON.parse(stdout) as {
      cells: { model: string; dataset: string; result: { samples: number } }[];
    };
    expect(cells.map(({ model, dataset, result }) => [model, dataset, result.samples])).toEqual([
      ['zoo-sim-student', 'quickstart', 2],
      ['zoo-sim-student-small', 'quickstart', 2],
    ]);
    expect(readFileSync(join(home.path, 't.md'), 'utf8')).toContain('| model | quickstart |');
    expect(readFileSync(join(home.path, 't.xml'), 'utf8').match(/<testsuite /g)).toHaveLength(2);
  });

  it('refuses flags that a transfer has no use for', async () => {
    const { code, stderr } = await runZoo(['eval', ...sim, '--transfer', '--html', 'x.html'], options);
    expect(code).toBe(2);
    expect(stderr).toContain('--html does not go with --transfer');
  });
});

describe('zoo hamiltonian', () => {
  it('accounts for a run and tests the claim', async () => {
    const { code, stdout } = await runZoo(['hamiltonian', 'taught', '--json'], options);
    expect(code).toBe(0);
    const account = JSON.parse(stdout) as {
      run: string;
      steps: { step: number; groups: number; psi: number }[];
      conservation: { n: number; leftOut: number; verdict: string };
    };
    expect(account.run).toBe('taught');
    expect(account.steps.map(({ step, groups }) => [step, groups])).toEqual([
      [0, 12],
      [1, 12],
    ]);
    expect(account.steps[0]?.psi).toBe(0);
    expect(account.conservation.n + account.conservation.leftOut).toBe(24);
    const table = await runZoo(['hamiltonian'], options);
    expect(table.stdout).toContain(`: ${account.conservation.verdict}.`);
  });
});
