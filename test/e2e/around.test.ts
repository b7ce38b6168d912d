import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, ensureBuilt, makeFolder, runZoo, startZoo } from './zoo.ts';

const home = makeFolder();
const options = { folder: home.path };
const sim = ['--provider', 'sim', '--dataset', 'quickstart'];
beforeAll(async () => {
  await ensureBuilt();
  await runZoo(['train', ...sim, '--limit', '20', '--epochs', '1', '-q'], options);
}, 60_000);
afterAll(() => home.remove());

function documentOf({ code, stdout }: Ended): Record<string, unknown> {
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('zoo eval', () => {
  it('prints the promised keys and nothing else, and writes what CI reads', async () => {
    const words = [
      'eval',
      ...sim,
      '--allow-trained-on',
      '--limit',
      '20',
      '--samples',
      '2',
      '--json',
      '--markdown',
      'c.md',
      '--junit',
      'j.xml',
    ];
    const result = documentOf(await runZoo(words, options));
    for (const key of ['dataset', 'samples', 'arms', 'paired', 'outcomes', 'usage']) expect(result).toHaveProperty(key);
    expect(result['arms']).toMatchObject([{ name: 'without' }, { name: 'with' }]);
    expect((result['paired'] as { verdict: string }).verdict).toMatch(/^(better|worse|not distinguishable)$/);
    expect(readFileSync(join(home.path, 'c.md'), 'utf8')).toContain('### zoo eval');
    expect(readFileSync(join(home.path, 'j.xml'), 'utf8')).toContain('<testsuite');
  });

  it('plans without asking', async () => {
    const plan = documentOf(await runZoo(['eval', ...sim, '--dry-run', '--json', '--samples', '4'], options));
    expect(plan).toMatchObject({ dryRun: true, calls: 480, problems: 60 });
  });
});

describe('zoo ask', () => {
  it('answers on stdout and tells which experiences stood in the prompt', async () => {
    const question = 'How many positive divisors of 5040 are even?';
    const answered = await runZoo(['ask', question, ...sim], options);
    expect(answered.code).toBe(0);
    expect(answered.stdout).not.toBe('');
    expect(answered.stderr).toMatch(/\[exp_[0-9a-f]{16}\]/);
    const document = documentOf(await runZoo(['ask', question, ...sim, '--no-library', '--json'], options));
    expect(document).toMatchObject({ question, experiences: [] });
  });
});

describe('zoo sim', () => {
  it('serves until it is interrupted, and zoo bench endpoint measures it', async () => {
    writeFileSync(join(home.path, 'options.json'), JSON.stringify({ timeScale: 0.1, capacity: { slots: 4 } }));
    const { child, ended } = startZoo(['sim', '--options', 'options.json'], options);
    const url = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())),
    );
    const measured = await runZoo(
      ['bench', 'endpoint', '--provider', 'sim', '--base-url', url, '--most', '4', '--json'],
      options,
    );
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    const bench = documentOf(measured);
    expect(bench).toMatchObject({ provider: 'sim', prefixCacheHitRate: expect.any(Number) as number });
    expect(bench['levels']).toMatchObject([{ concurrency: 1 }, { concurrency: 2 }, { concurrency: 4 }]);
  });
});

describe('zoo dataset', () => {
  it('splits into parts that zoo reads and that share no problem', async () => {
    documentOf(
      await runZoo(['dataset', 'split', 'quickstart', '--parts', 'a=3,b=1', '--output', 'parts', '--json'], options),
    );
    const [a, b] = ['parts/quickstart-a.jsonl', 'parts/quickstart-b.jsonl'] as const;
    expect(documentOf(await runZoo(['dataset', 'validate', a, '--json'], options))).toMatchObject({
      valid: true,
      problems: 45,
    });
    const shared = documentOf(await runZoo(['dataset', 'overlap', a, b, '--json', '--fail-on-overlap'], options));
    expect(shared).toMatchObject({ exact: [], normalised: [] });
    expect((await runZoo(['dataset', 'overlap', a, 'quickstart', '--fail-on-overlap', '-q'], options)).code).toBe(3);
  });

  it('imports CSV, and names the place of what is wrong', async () => {
    writeFileSync(join(home.path, 'p.csv'), 'id,problem,answer\n1,"What is 1 + 1?",2\n');
    expect(
      documentOf(await runZoo(['dataset', 'import', 'p.csv', '--output', 'p.jsonl', '--json'], options)),
    ).toMatchObject({ problems: 1 });
    writeFileSync(join(home.path, 'bad.jsonl'), '{"id":"1","problem":"x","answer":"1"}\n{"id":"2","problem":}\n');
    const bad = await runZoo(['dataset', 'validate', 'bad.jsonl'], options);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/line 2/);
  });

  it('lists the cards', async () => {
    const { stdout } = await runZoo(['dataset', 'list', '--json'], options);
    const names = (JSON.parse(stdout) as { card: { name: string } }[]).map(({ card }) => card.name);
    for (const name of ['quickstart', 'aime24', 'aime25']) expect(names).toContain(name);
  });
});
