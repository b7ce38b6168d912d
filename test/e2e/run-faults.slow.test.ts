import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.ts';
import { quickstartProblems } from '../simulator/quickstart-problems.ts';
import { type Ended, type InstalledZoo, installZoo, readFolder } from './installed-zoo.ts';

const execute = promisify(execFile);
const args = ['--dataset', 'quickstart', '--provider', 'sim', '--no-live', '--limit', '10', '--batch-size', '5'];
const command = ['train', ...args, '--epochs', '2', '--group-size', '4'];

let zoo: InstalledZoo;
let whole: ReadonlyMap<string, string>;
beforeAll(async () => {
  zoo = await installZoo();
  const folder = await zoo.workFolder('whole');
  await train(folder, [...command, '--run', 'r']);
  whole = await readFolder(join(folder, 'library'));
}, 60_000);
afterAll(() => zoo.remove());

async function train(folder: string, line: readonly string[], code = 0): Promise<Ended> {
  const ended = await zoo.start(folder, line).ended;
  expect(ended, ended.stderr).toMatchObject({ code, signal: null });
  return ended;
}

async function serve(timeScale = 0): Promise<Simulator> {
  const simulator = await startSimulator({ problems: quickstartProblems, timeScale });
  onTestFinished(() => simulator.close());
  return simulator;
}

async function untilThere(path: string): Promise<void> {
  for (;;) {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0) return;
    await setTimeout(10);
  }
}

describe('a run that was stopped goes on to the same library', () => {
  test('by a budget', async () => {
    const folder = await zoo.workFolder('budget');
    const stopped = await train(folder, [...command, '--run', 'r', '--max-calls', '60'], 4);
    expect(stopped.stderr).toMatch(/--max-calls/);
    expect(stopped.stderr).toMatch(/--resume r/);
    await train(folder, ['train', '--no-live', '--resume', 'r', '--max-calls', '6000']);
    expect(await readFolder(join(folder, 'library'))).toEqual(whole);
  });

  test('by Ctrl-C', async () => {
    const folder = await zoo.workFolder('interrupt');
    const simulator = await serve(0.01);
    const where = ['--base-url', simulator.url];
    const running = zoo.start(folder, [...command, '--run', 'r', ...where]);
    await untilThere(join(folder, 'runs/r/journal.jsonl'));
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/--resume r/);
    await train(folder, ['train', '--no-live', '--resume', 'r', ...where]);
    expect(await readFolder(join(folder, 'library'))).toEqual(whole);
  });

  test('by a kill that tore the last line of the journal', async () => {
    const folder = await zoo.workFolder('torn');
    const journal = join(folder, 'runs/r/journal.jsonl');
    await train(folder, [...command, '--run', 'r', '--max-calls', '60'], 4);
    const { size } = await stat(journal);
    const last = (await readFile(journal, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
    await truncate(journal, size - Math.floor(last.length / 2));
    const resumed = await train(folder, ['train', '--no-live', '--resume', 'r', '--max-calls', '6000']);
    expect(resumed.stderr).toMatch(/in the middle of an entry/);
    expect(await readFolder(join(folder, 'library'))).toEqual(whole);
  });

  test('but not past damage within the journal, which is told', async () => {
    const folder = await zoo.workFolder('damaged');
    const journal = join(folder, 'runs/r/journal.jsonl');
    await train(folder, [...command, '--run', 'r', '--max-calls', '60'], 4);
    await appendFile(journal, 'x\n{"sum":"00000000","type":"decision"}\n');
    await appendFile(journal, (await readFile(journal, 'utf8')).split('\n')[0] + '\n');
    const refused = await train(folder, ['train', '--no-live', '--resume', 'r'], 1);
    expect(refused.stderr).toMatch(/journal-damaged/);
  });
});

describe('a folder that cannot be written to', () => {
  test('a full disk is told, and the run goes on once there is space', async ({ skip }) => {
    const folder = await zoo.workFolder('full');
    const disk = join(folder, 'disk');
    if (!(await mounted(disk, 'size=160k'))) skip('mounting a small disk is not allowed here');
    const runs = ['--runs', join(disk, 'runs')];
    const stopped = await train(folder, [...command, '--run', 'r', ...runs], 1);
    expect(stopped.stderr).toMatch(/disk-full/);
    await execute('mount', ['-o', 'remount,size=50m', disk]);
    await train(folder, ['train', '--no-live', '--resume', 'r', ...runs]);
    expect(await readFolder(join(folder, 'library'))).toEqual(whole);
  });

  test('a folder for reading only is told', async ({ skip }) => {
    const folder = await zoo.workFolder('read-only');
    const disk = join(folder, 'disk');
    if (!(await mounted(disk, 'size=1m'))) skip('mounting a disk is not allowed here');
    await execute('mount', ['-o', 'remount,ro', disk]);
    for (const flag of ['--runs', '--library']) {
      const refused = await train(folder, [...command, '--run', `r${flag}`, flag, join(disk, 'new')], 1);
      expect(refused.stderr).toMatch(/read-only/);
      expect(refused.stderr).toContain(disk);
    }
  });

  async function mounted(disk: string, options: string): Promise<boolean> {
    await mkdir(disk);
    try {
      await execute('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
    } catch {
      return false;
    }
    onTestFinished(async () => {
      await execute('umount', [disk]);
    });
    return true;
  }
});

test('a second process on the same run or the same library is turned away at once', async () => {
  const folder = await zoo.workFolder('second');
  const simulator = await serve(0.05);
  const where = ['--base-url', simulator.url];
  const first = zoo.start(folder, [...command, '--run', 'r', ...where]);
  await untilThere(join(folder, 'runs/r/journal.jsonl'));
  const sameLibrary = await train(folder, [...command, '--run', 'other', ...where], 1);
  expect(sameLibrary.stderr).toMatch(/library-locked/);
  expect(sameLibrary.stderr).toContain(String(first.child.pid));
  const sameRun = await train(folder, ['train', '--no-live', '--resume', 'r', '--library', 'another', ...where], 1);
  expect(sameRun.stderr).toMatch(/run-locked/);
  expect(sameRun.stderr).toContain(String(first.child.pid));
  const { code, stderr } = await first.ended;
  expect(code, stderr).toBe(0);
  expect(await readFolder(join(folder, 'library'))).toEqual(whole);
});

describe('a replay', () => {
  test('gives the same library with the endpoint shut, and says what it does not know', async () => {
    const folder = await zoo.workFolder('replay');
    const simulator = await serve();
    await train(folder, [...command, '--run', 'r', '--base-url', simulator.url]);
    await simulator.close();
    const journal = await readFile(join(folder, 'runs/r/journal.jsonl'));

    await train(folder, ['train', '--no-live', '--replay', 'r', '--library', 'again']);
    expect(await readFolder(join(folder, 'again'))).toEqual(whole);
    // Over its own result as well.
    await train(folder, ['train', '--no-live', '--replay', 'r']);
    expect(await readFolder(join(folder, 'library'))).toEqual(whole);
    expect(await readFile(join(folder, 'runs/r/journal.jsonl'))).toEqual(journal);

    const otherSetting = await train(folder, ['train', '--no-live', '--replay', 'r', '--temperature', '0.1'], 2);
    expect(otherSetting.stderr).toMatch(/run-differs.*--temperature/s);
  });

  test('of a run that was stopped tells the first answer that is missing', async () => {
    const folder = await zoo.workFolder('replay-part');
    await train(folder, [...command, '--run', 'r', '--max-calls', '60'], 4);
    const missing = await train(folder, ['train', '--no-live', '--replay', 'r', '--library', 'again'], 5);
    expect(missing.stderr).toMatch(/replay-miss.*stage "\w+", item/s);
    expect(missing.stderr).toMatch(/--resume/);
  });
});
