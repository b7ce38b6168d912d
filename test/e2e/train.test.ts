import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainResult } from '../../src/core/learning/account.ts';
import { problemSchema } from '../../src/core/learning/problem.ts';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.ts';
import { hasPython, python } from '../ledger/second-implementation/judge.ts';
import { type Ended, ensureBuilt, makeFolder, projectFolder, runZoo, startZoo, whenSaid } from './zoo.ts';

/** Small enough to be quick, large enough to learn something. */
const small = '--gate off --dataset quickstart --provider sim --limit 10 --epochs 2 --group-size 3'.split(' ');

const home = makeFolder();
const options = { folder: home.path };
let slow: Simulator;
beforeAll(async () => {
  await ensureBuilt();
  const lines = readFileSync(join(projectFolder, 'datasets/quickstart.jsonl'), 'utf8').trim().split('\n');
  const problems = lines.map((line) => problemSchema.parse(JSON.parse(line)));
  slow = await startSimulator({ problems, timeScale: 0.02 });
}, 60_000);
afterAll(async () => {
  await slow.close();
  home.remove();
});

function train(...words: string[]): Promise<Ended> {
  return runZoo(['train', ...small, ...words], options);
}

function resultOf({ stdout }: Ended): TrainResult {
  return JSON.parse(stdout) as TrainResult;
}

describe('zoo train', () => {
  let first: Ended;
  beforeAll(async () => {
    first = await train('--json', '--library', 'one', '--run', 'one');
  });

  it('prints one JSON document with the promised keys, and milestones on stderr', () => {
    expect(first.code).toBe(0);
    const result = resultOf(first);
    expect(Object.keys(result).sort()).toEqual(
      ['run', 'status', 'dataset', 'model', 'library', 'steps', 'gate', 'usage', 'time', 'resumedFrom'].sort(),
    );
    expect(result).toMatchObject({
      run: 'one',
      status: 'completed',
      dataset: { name: 'quickstart', train: 10, gate: 0 },
      model: { provider: 'sim', student: 'zoo-sim-student' },
      library: { before: { version: null, count: 0 }, after: { version: 'v1' } },
      resumedFrom: null,
    });
    expect(result.library.after.count).toBeGreaterThan(0);
    expect(first.stderr).toContain('step 2 done');
    expect(first.stderr).not.toContain('\u001B');
  });

  it('leaves record, journal, checkpoint, account and report in the run folder', () => {
    for (const file of ['run.json', 'journal.jsonl', 'checkpoint.json', 'result.json', 'report.html']) {
      expect(existsSync(join(home.path, 'runs/one', file)), file).toBe(true);
    }
    const record = JSON.parse(readFileSync(join(home.path, 'runs/one/run.json'), 'utf8')) as Record<string, unknown>;
    expect(record).toMatchObject({ run: 'one', settings: { groupSize: 3 }, verifier: 'numeric' });
  });

  it.skipIf(!hasPython)('leaves a journal in which a second implementation finds what the library names', () => {
    const shown: unknown = JSON.parse(python(['run', join(home.path, 'runs/one'), join(home.path, 'one')]));
    const counts = { message: expect.any(Number), call: expect.any(Number), rollout: expect.any(Number) };
    expect(shown).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), counts, expect.any(Number)]);
    expect((shown as [string, object, number])[2]).toBeGreaterThan(0);
  });

  it('gives the same library for the same arguments, whatever the concurrency', async () => {
    const again = await train('--json', '--library', 'two', '--concurrency', '2');
    expect(resultOf(again).library.after.root).toBe(resultOf(first).library.after.root);
  });

  it('replays a run from its journal alone', async () => {
    const words = ['train', '--replay', 'one', '--library', 'replayed', '--json'];
    const replayed = await runZoo(words, { ...options, environment: { ZOO_BASE_URL: 'http://127.0.0.1:9/v1' } });
    expect(replayed.stderr).not.toContain('error');
    expect(resultOf(replayed).library.after).toEqual(resultOf(first).library.after);
    expect(resultOf(replayed).usage).toEqual(resultOf(first).usage);
  });

  it('tells every event as a line with --json=events; another seed gives another library', async () => {
    const { code, stdout } = await train('--json=events', '--library', 'four', '--seed', '5');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; result?: TrainResult });
    expect(lines[0]?.type).toBe('run-started');
    expect(lines.at(-1)?.type).toBe('result');
    expect(new Set(lines.map(({ type }) => type))).toContain('rollout');
    expect(lines.at(-1)?.result?.library.after.root).not.toBe(resultOf(first).library.after.root);
  });

  it('stops at a budget with exit code 4, and goes on to the same library', async () => {
    const stopped = await train('--json', '--library', 'five', '--run', 'five', '--max-calls', '40');
    expect(stopped.code).toBe(4);
    expect(resultOf(stopped).status).toBe('budget');
    expect(stopped.stderr).toContain('zoo train --resume five');
    const ended = await runZoo(['train', '--resume', 'five', '--library', 'five', '--json'], options);
    expect(ended.code).toBe(0);
    expect(resultOf(ended).library.after.root).toBe(resultOf(first).library.after.root);
    // What the simulator's cache held differs: it is a new one in every process.
    const paid = ({ usage: { calls, promptTokens, completionTokens } }: TrainResult) => [
      calls,
      promptTokens,
      completionTokens,
    ];
    expect(paid(resultOf(ended))).toEqual(paid(resultOf(first)));
  });

  it('refuses to go on as another run', async () => {
    const { code, stderr } = await runZoo(['train', '--resume', 'one', '--group-size', '4'], options);
    expect(code).toBe(2);
    expect(stderr).toContain('[run-differs]');
    expect(stderr).toContain('--group-size');
  });

  it('lists runs and writes a report where it is told', async () => {
    const listed = JSON.parse((await runZoo(['runs', '--json'], options)).stdout) as { run: string; state: string }[];
    expect(listed).toContainEqual(expect.objectContaining({ run: 'one', state: 'completed' }));
    const { code, stdout } = await runZoo(['report', 'one', '--output', 'elsewhere.html'], options);
    expect(code).toBe(0);
    expect(stdout.trim()).toBe(join(home.path, 'elsewhere.html'));
    expect(readFileSync(join(home.path, 'elsewhere.html'), 'utf8')).toContain('<html');
  });

  it('tells what a run would cost without doing anything', async () => {
    const { code, stdout } = await train('--dry-run', '--json', '--library', 'dry', '--run', 'dry');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, problems: 10, usd: { least: 0, most: 0 } });
    expect(existsSync(join(home.path, 'dry'))).toBe(false);
    expect(existsSync(join(home.path, 'runs/dry'))).toBe(false);
  });
});

describe('time', () => {
  it('stops a run that only waits for an endpoint that is full', async () => {
    const lines = readFileSync(join(projectFolder, 'datasets/quickstart.jsonl'), 'utf8').trim().split('\n');
    const problems = lines.map((line) => problemSchema.parse(JSON.parse(line)));
    const full = await startSimulator({ problems, faults: { rateLimit: 1, retryAfterSeconds: 300 } });
    const stopped = await train('--base-url', full.url, '--max-time', '2s', '--library', 'full', '--run', 'full');
    await full.close();
    expect(stopped.code).toBe(4);
    expect(stopped.stderr).toContain('--max-time');
  });
});

describe('interrupts', () => {
  const slowWords = (run: string) => ['train', ...small, '--base-url', slow.url, '--run', run, '--library', run];

  it('the first one stops, saves and says how to resume; the run then ends as if nothing had been', async () => {
    const whole = await runZoo([...slowWords('whole'), '--json'], options);
    const { child, ended } = startZoo([...slowWords('cut'), '--json'], options);
    await whenSaid(child, 'step 1 (epoch 1)');
    child.kill('SIGINT');
    const stopped = await ended;
    expect(stopped.code).toBe(130);
    expect(resultOf(stopped).status).toBe('interrupted');
    expect(stopped.stderr).toContain('zoo train --resume cut');
    const resumed = await runZoo(
      ['train', '--resume', 'cut', '--base-url', slow.url, '--library', 'cut', '--json'],
      options,
    );
    expect(resumed.code).toBe(0);
    expect(resultOf(resumed).library.after.root).toBe(resultOf(whole).library.after.root);
  });

  it('the second one ends the process at once', async () => {
    // The account of the run can never be written, so that the first interrupt alone would not end it.
    const preload = join(home.path, 'never-writes.mjs');
    writeFileSync(
      preload,
      `import fs from 'node:fs/promises';
       import { syncBuiltinESMExports } from 'node:module';
       const open = fs.open;
       fs.open = (path, ...rest) => String(path).includes('result.json')
         ? (process.stderr.write('hangs\\n'), setInterval(() => {}, 1000), new Promise(() => {}))
         : open(path, ...rest);
       syncBuiltinESMExports();`,
    );
    const { child, ended } = startZoo(slowWords('twice'), { ...options, node: ['--import', preload] });
    await whenSaid(child, 'step 1 (epoch 1)');
    const hangs = whenSaid(child, 'hangs');
    child.kill('SIGINT');
    await hangs;
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  it('another process on the same run or library is told who holds it', async () => {
    const { child, ended } = startZoo(slowWords('held'), options);
    await whenSaid(child, 'step 1 (epoch 1)');
    // It must not end before the others have tried.
    child.kill('SIGSTOP');
    const onLibrary = await runZoo(['train', ...small, '--library', 'held', '--run', 'other'], options);
    const onRun = await runZoo(['train', '--resume', 'held', '--library', 'free', '--base-url', slow.url], options);
    child.kill('SIGCONT');
    child.kill('SIGINT');
    await ended;
    expect([onLibrary.code, onRun.code]).toEqual([1, 1]);
    expect(onLibrary.stderr).toContain('[library-locked]');
    expect(onRun.stderr).toContain('[run-locked]');
    for (const { stderr } of [onLibrary, onRun]) expect(stderr).toContain(String(child.pid));
  });

  it('a killed run goes on from what it had', async () => {
    const { child, ended } = startZoo(slowWords('killed'), options);
    await whenSaid(child, 'step 1 done');
    child.kill('SIGKILL');
    await ended;
    const resumed = await runZoo(
      ['train', '--resume', '--base-url', slow.url, '--library', 'killed', '--json'],
      options,
    );
    expect(resultOf(resumed)).toMatchObject({ run: 'killed', status: 'completed' });
  });
});
