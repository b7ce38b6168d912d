/**
 * Peak memory of a run of 50,000 rollouts of 4 kB: 10,000 problems, G = 5, one step, so that nothing can be let go of
 * between steps. The simulator has a process of its own; resident memory is that of the whole process of `zoo train`.
 * One problem in four is learned from; the others are answered wrongly by all.
 *
 *   npm run build && node bench/memory.ts [problems]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulatorProcess } from './simulator-process.ts';

const limit = 400;
const groupSize = 5;
const [mode, ...words] = process.argv.slice(2);

if (mode === 'train') await train(words);
else await measure(Number(mode ?? 10_000));

async function measure(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-memory-'));
  try {
    const problems = Array.from({ length: count }, (_, index) => ({
      id: `p${index}`,
      problem: `In puzzle number ${index}, how many of the first ${100 + 7 * index} whole numbers have property ${index % 9}?`,
      answer: String((index * 37) % 101),
    }));
    const dataset = join(folder, 'problems.jsonl');
    writeFileSync(dataset, problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
    const known = problems.filter((_, index) => index % 4 === 0);
    const lengths = { median: 1024, problemSpread: 0, siblingSpread: 0 };
    const simulator = await simulatorProcess({ problems: known, lengths });
    const begun = performance.now();
    const peak = await peakOf(folder, ['--dataset', dataset, '--base-url', simulator.url]);
    const seconds = (performance.now() - begun) / 1000;
    await simulator.close();
    const { rollouts, kilobytes } = rolloutsIn(join(folder, 'runs/r/journal.jsonl'));
    const ratio = peak / limit;
    console.log(`rollouts: ${rollouts} of ${kilobytes.toFixed(1)} kB in ${seconds.toFixed(0)} s`);
    console.log(`peak memory: ${peak.toFixed(0)} MB, limit ${limit} MB, ratio ${ratio.toFixed(2)}`);
    if (ratio > 1 || rollouts < count * groupSize) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Megabytes (10^6 bytes). */
async function peakOf(folder: string, flags: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), 'train', ...flags], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`zoo train ended with ${code}: ${stderr}`);
  return (Number(stdout.trimEnd().split('\n').at(-1)) * 1024) / 1e6;
}

async function train(flags: readonly string[]): Promise<void> {
  const program: string = new URL('../dist/cli/main.js', import.meta.url).href;
  const { main } = (await import(program)) as { readonly main: (words: readonly string[]) => Promise<number> };
  const fixed = ['--provider', 'sim', '--run', 'r', '--gate', 'off', '--epochs', '1', '--no-live', '-q'];
  process.exitCode = await main(['train', ...fixed, '--group-size', String(groupSize), '--group-size-fixed', ...flags]);
  console.log(process.resourceUsage().maxRSS);
}

interface Entry {
  readonly type: string;
  readonly purpose?: { readonly stage: string };
  readonly result?: { readonly text?: string };
}

function rolloutsIn(journal: string): { readonly rollouts: number; readonly kilobytes: number } {
  let [rollouts, characters] = [0, 0];
  const bytes = readFileSync(journal);
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start);
    const entry = JSON.parse(bytes.toString('utf8', start, end)) as Entry;
    if (entry.type === 'call' && entry.purpose?.stage === 'rollout') {
      rollouts++;
      characters += entry.result?.text?.length ?? 0;
    }
    start = end + 1;
  }
  return { rollouts, kilobytes: characters / rollouts / 1000 };
}
