/**
 * How close a training run comes to the least time that its work allows: T* / T, against the HTTP simulator in a process
 * of its own. 128 slots, 100 problems, G = 5, 3 epochs, and lengths with a heavy tail: log-normal between problems with a
 * deviation of 1, so that the longest answers take ten times the median.
 *
 *   node bench/efficiency.ts [--scale 0.3] [--only faults]
 *
 * T is what the loop took, in seconds of the simulated machine. T* is the larger of two bounds, both taken from the
 * journal of the run:
 *
 * - work: the slot-seconds of every answer that the run used, over the number of slots;
 * - critical path: for each step, the longest chain of calls that waited for one another (the draws of a group one after
 *   the other, its longest summary, its extraction), and behind it the rounds of consolidation; summed over the steps.
 *
 * An answer takes what the simulated machine takes for it: its prompt without the cached part at the rate of prefill,
 * its tokens at the rate of decoding; no waiting. With faults on, T* stays that of the answers alone: what was refused,
 * broken off and done again, every back-off and every stall counts against us.
 *
 * Groups that are drawn whole are shown beside the adaptive ones and end nothing: in their first step nobody knows which
 * problem takes long, so that the longest may begin last.
 *
 * Answers that ramble on to the token limit, one in two hundred, are measured apart and without a limit of ours: nobody
 * can tell which sample will, so that some begin when most others have ended, and no order of the calls could know.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { simulatorOptionsSchema, type SimulatorOptions } from '../src/simulator/simulator-options.ts';
import { simulatorProcess } from './simulator-process.ts';

const limit = 0.9;
const slots = 128;
const groupSize = 5;
const { capacity } = simulatorOptionsSchema.parse({ capacity: { slots } });
const zoo = fileURLToPath(new URL('../bin/zoo.js', import.meta.url));

/** Some 7 % of attempts go wrong. A stall is 5 s of the simulated machine. */
const faults = (scale: number): SimulatorOptions['faults'] => ({
  rateLimit: 0.015,
  rateLimitSilent: 0.015,
  serverError: 0.02,
  resetBefore: 0.005,
  resetMidway: 0.005,
  stall: 0.005,
  earlyEnd: 0.005,
  retryAfterSeconds: scale,
  stallMilliseconds: 5000 * scale,
});

interface Configuration {
  readonly name: string;
  readonly flags: readonly string[];
  readonly with?: 'faults' | 'rambling';
}

const auto = ['--concurrency', 'auto'];
const fixed = ['--group-size-fixed'];
const configurations: readonly Configuration[] = [
  { name: 'auto, adaptive groups', flags: auto },
  { name: 'auto, fixed groups', flags: [...auto, ...fixed] },
  { name: '128, adaptive groups', flags: ['--concurrency', '128'] },
  { name: '128, fixed groups', flags: ['--concurrency', '128', ...fixed] },
  { name: 'auto, adaptive groups, faults', flags: auto, with: 'faults' },
  { name: 'auto, fixed groups, faults', flags: [...auto, ...fixed], with: 'faults' },
  { name: 'auto, adaptive groups, rambling', flags: auto, with: 'rambling' },
  { name: 'auto, fixed groups, rambling', flags: [...auto, ...fixed], with: 'rambling' },
];

await measureAll();

async function measureAll(): Promise<void> {
  const { values } = parseArgs({
    options: { scale: { type: 'string', default: '0.3' }, only: { type: 'string', default: '' } },
  });
  const scale = Number(values.scale);
  const folder = mkdtempSync(join(tmpdir(), 'zoo-efficiency-'));
  try {
    for (const configuration of configurations) {
      if (!configuration.name.includes(values.only)) continue;
      // Back-off is in real seconds: at a smaller scale it would weigh more than it does.
      const slower = configuration.with === 'faults' ? 2 * scale : scale;
      const ratio = await measure(configuration, slower, mkdtempSync(join(folder, 'run-')));
      if (ratio < limit && !configuration.flags.includes('--group-size-fixed') && configuration.with !== 'rambling')
        process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ name, flags, with: trouble }: Configuration, scale: number, folder: string): Promise<number> {
  const problems = Array.from({ length: 100 }, (_, index) => ({
    id: `p${index}`,
    problem: `In puzzle number ${index}, how many of the first ${100 + 7 * index} whole numbers have property ${index % 9}?`,
    answer: String((index * 37) % 101),
  }));
  const file = join(folder, 'problems.jsonl');
  writeFileSync(file, problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
  const options: SimulatorOptions = {
    problems,
    capacity: { slots },
    timeScale: scale,
    lengths: { problemSpread: 1 },
    student: trouble === 'rambling' ? {} : { ramble: 0 },
    faults: trouble === 'faults' ? faults(scale) : {},
  };
  const simulator = await simulatorProcess(options);
  try {
    await train(folder, ['--dataset', file, '--base-url', simulator.url, ...flags]);
    const steps = readSteps(join(folder, 'runs/r/journal.jsonl'));
    const work = steps.reduce((sum, step) => sum + step.work, 0) / slots;
    const path = steps.reduce((sum, step) => sum + step.path, 0);
    const best = Math.max(work, path);
    const result = JSON.parse(readFileSync(join(folder, 'runs/r/result.json'), 'utf8')) as { time: { wallMs: number } };
    const took = result.time.wallMs / 1000 / scale;
    const ratio = best / took;
    const bound = trouble === 'rambling' ? 'no limit' : `limit ${limit}, ratio ${(ratio / limit).toFixed(2)}`;
    console.log(`efficiency (${name}): ${ratio.toFixed(3)}, ${bound}`);
    console.log(
      `  T ${took.toFixed(1)} s; T* ${best.toFixed(1)} s: work ${work.toFixed(1)}, critical path ${path.toFixed(1)} ` +
        `(steps ${steps.map((step) => `${step.path.toFixed(1)} | ${(step.work / slots).toFixed(1)}`).join(', ')})`,
    );
    return ratio;
  } finally {
    await simulator.close();
  }
}

async function train(folder: string, flags: readonly string[]): Promise<void> {
  const args = ['train', '--provider', 'sim', '--no-live', '--run', 'r', '--group-size', String(groupSize)];
  const child = spawn(process.execPath, [zoo, ...args, '--epochs', '3', '--gate', 'off', ...flags], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`zoo train ended with ${code}: ${said}`);
}

interface CallEntry {
  readonly type: string;
  readonly purpose: { readonly stage: string; readonly item: string; readonly step: number };
  readonly sample: { readonly index: number };
  readonly result: {
    readonly kind: string;
    readonly usage: { readonly promptTokens: number; readonly cachedTokens: number; readonly completionTokens: number };
  };
}

interface StepBounds {
  /** Slot-seconds. */
  work: number;
  /** Seconds. */
  path: number;
}

function readSteps(journal: string): readonly StepBounds[] {
  const calls = readFileSync(journal, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CallEntry)
    .filter(({ type, result }) => type === 'call' && result.kind === 'completion');
  return [...groupBy(calls, ({ purpose }) => purpose.step)].map(([, ofStep]) => boundsOf(ofStep));
}

function boundsOf(calls: readonly CallEntry[]): StepBounds {
  const stage = (name: string) => calls.filter(({ purpose }) => purpose.stage === name);
  const byItem = (name: string, item: (call: CallEntry) => string) => groupBy(stage(name), item);
  const rollouts = byItem('rollout', ({ purpose }) => purpose.item);
  const summaries = byItem('summarize', ({ purpose }) => purpose.item.replace(/#\d+$/, ''));
  const extractions = byItem('extract', ({ purpose }) => purpose.item);
  const adaptive = [...rollouts.values()].some((group) => group.length < groupSize);
  const chains = [...rollouts].map(([problem, group]) => {
    // Adaptive groups are drawn two, two, one; each draw waits for the one before it.
    const draws = groupBy(group, ({ sample }) => (adaptive ? Math.floor(sample.index / 2) : 0));
    return (
      sum([...draws.values()].map(longest)) +
      longest(summaries.get(problem) ?? []) +
      sum((extractions.get(problem) ?? []).map(secondsOf))
    );
  });
  // A consolidation's item is its round and its place in it. What is asked twice of one item is asked in turn.
  const rounds = groupBy(stage('consolidate'), ({ purpose }) => purpose.item.replace(/\.\d+$/, ''));
  const consolidation = [...rounds.values()].map((round) =>
    Math.max(...[...groupBy(round, ({ purpose }) => purpose.item).values()].map((asked) => sum(asked.map(secondsOf)))),
  );
  return { work: sum(calls.map(secondsOf)), path: Math.max(0, ...chains) + sum(consolidation) };
}

function secondsOf({ result: { usage } }: CallEntry): number {
  const uncached = Math.max(0, usage.promptTokens - usage.cachedTokens);
  return uncached / capacity.prefillRate + usage.completionTokens / capacity.decodeRate;
}

function longest(calls: readonly CallEntry[]): number {
  return Math.max(0, ...calls.map(secondsOf));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
