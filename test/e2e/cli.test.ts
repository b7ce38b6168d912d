import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, makeFolder, runZoo } from './zoo.ts';

const home = makeFolder();
const options = { folder: home.path };
beforeAll(ensureBuilt, 60_000);
afterAll(() => home.remove());

describe('what is loaded', () => {
  /** Files that the program loads, by their address. */
  async function loadedBy(...words: string[]): Promise<string[]> {
    const log = join(home.path, 'loaded.txt');
    const preload = join(home.path, 'record.mjs');
    writeFileSync(
      preload,
      `import { appendFileSync } from 'node:fs';
       import { registerHooks } from 'node:module';
       registerHooks({ load: (url, context, next) => (appendFileSync(${JSON.stringify(log)}, url + '\\n'), next(url, context)) });`,
    );
    writeFileSync(log, '');
    const { code } = await runZoo(words, { ...options, node: ['--import', preload] });
    expect(code).toBe(0);
    return readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .filter((url) => url.startsWith('file:'));
  }

  const heavy = [
    'openai',
    'ollama',
    'huggingface',
    'ink',
    'react',
    'zod',
    'undici',
    'ethers',
    'cli-table3',
    'commander',
  ];

  it('zoo --help loads the table of commands and no package at all', async () => {
    const loaded = await loadedBy('--help');
    expect(loaded.some((url) => url.endsWith('command-table.js'))).toBe(true);
    expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([]);
    expect(loaded.filter((url) => url.includes('/cli/commands/'))).toEqual([]);
  });

  it('the help of a command loads commander and nothing else', async () => {
    const loaded = await loadedBy('train', '--help');
    const packages = new Set(loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
    expect([...packages]).toEqual(['commander']);
  });

  it('a provider that is not used is not loaded, nor is the live view off a terminal', async () => {
    const loaded = await loadedBy(
      'train',
      '--dataset',
      'quickstart',
      '--provider',
      'sim',
      '--limit',
      '2',
      '--epochs',
      '1',
    );
    const of = (name: string) => loaded.filter((url) => url.includes(`/node_modules/${name}/`)).length;
    expect(of('openai')).toBeGreaterThan(0);
    for (const name of heavy.filter((one) => ['ollama', '@huggingface/inference', 'ink', 'react'].includes(one))) {
      expect(of(name), name).toBe(0);
    }
  });
});

describe('the program', () => {
  it('says which Node it needs on an older one', async () => {
    const old = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } })`;
    const { code, stderr } = await runZoo(['--help'], { ...options, node: ['--import', old] });
    expect(code).toBe(1);
    expect(stderr).toContain('22.12');
  });

  it('names every way to configure a model when there is none, and never takes the simulator by itself', async () => {
    const { code, stderr } = await runZoo(['train', '--dataset', 'quickstart'], options);
    expect(code).not.toBe(0);
    expect(stderr).toContain('[no-model]');
    for (const way of ['--base-url', 'vllm', 'ollama', 'huggingface', 'llama', 'sim', 'ZOO_MODEL', 'OPENAI_API_KEY']) {
      expect(stderr).toContain(way);
    }
  });

  it('exits 2 for wrong usage', async () => {
    expect((await runZoo(['train', '--provider', 'sim'], options)).code).toBe(2);
    expect((await runZoo(['train', '--provider', 'nobody'], options)).code).toBe(2);
    expect(
      (await runZoo(['train', '--dataset', 'quickstart', '--provider', 'sim', '--run', '../x'], options)).code,
    ).toBe(2);
  });
});

describe('zoo grade', () => {
  it('prints a JSON object a row, and the totals with --json', async () => {
    const rows = [
      { id: 'a', gold: '12', response: 'so \\boxed{12}' },
      { id: 'b', gold: '12', response: 'so \\boxed{13}' },
      { id: 'c', gold: '12', response: 'no idea' },
    ];
    writeFileSync(join(home.path, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const { code, stdout } = await runZoo(['grade', 'rows.jsonl', '--verifier', 'numeric'], options);
    expect(code).toBe(0);
    const grades = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(grades.map(({ id, correct }) => [id, correct])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
    expect(Object.keys(grades[0] ?? {})).toEqual(['id', 'correct', 'answer', 'reason']);
    const totals = await runZoo(['grade', 'rows.jsonl', '--verifier', 'numeric', '--json'], options);
    expect(JSON.parse(totals.stdout)).toMatchObject({ total: 3, correct: 1, wrong: 1, unparseable: 1, failed: 0 });
  });

  it('names the line of a row that is none, and never grades with another verifier', async () => {
    writeFileSync(join(home.path, 'bad.jsonl'), '{"id":"a","gold":"1","response":"1"}\n{"id":\n');
    const bad = await runZoo(['grade', 'bad.jsonl', '--verifier', 'numeric'], options);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('bad.jsonl line 2');
    const unknown = await runZoo(['grade', 'rows.jsonl', '--verifier', 'oracle'], options);
    expect(unknown.code).toBe(2);
    expect(unknown.stdout).toBe('');
    expect(unknown.stderr).toContain('[unknown-verifier]');
  });
});

describe('zoo init and doctor', () => {
  it('init writes a configuration that zoo reads, and an empty library; doctor finds nothing amiss', async () => {
    const project = makeFolder();
    const here = { folder: project.path };
    const made = await runZoo(['init', '--provider', 'sim', '--dataset', 'quickstart', '--json'], here);
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ settings: { provider: 'sim', dataset: 'quickstart' } });
    expect((await runZoo(['init'], here)).code).toBe(2);
    const doctor = await runZoo(['doctor', '--json'], here);
    expect(doctor.code).toBe(0);
    expect(JSON.parse(doctor.stdout)).toMatchObject({ healthy: true });
    project.remove();
  });

  it('doctor says how to mend an endpoint that is not there, hides keys, and exits 1', async () => {
    const words = ['doctor', '--provider', 'vllm', '--base-url', 'http://127.0.0.1:9/v1', '--model', 'm'];
    const { code, stdout, stderr } = await runZoo(words, { ...options, environment: { ZOO_API_KEY: 'sk-hidden-key' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed +student/);
    expect(stdout + stderr).not.toContain('sk-hidden-key');
  });
});
