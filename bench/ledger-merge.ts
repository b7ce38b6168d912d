/**
 * Commands that change all of a large library, each in a process of its own, with seconds and peak memory:
 *
 *   node bench/ledger-merge.ts [records]
 *
 * The goal is 400 MB at a million, whatever changed. What was measured stands in docs/ledger.md.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Experience } from '../src/core/library/experience.ts';
import { exampleExperience } from '../test/ledger/experience.ts';
import { type Measured, runMeasured } from './run-measured.ts';
import { writeLines } from './write-lines.ts';

/** MB. */
const memoryGoal = 400;
const count = Number(process.argv[2] ?? 1_000_000);
const home = await mkdtemp(join(tmpdir(), 'zoo-bench-merge-'));
const program = join(import.meta.dirname, 'zoo-from-source.ts');

/** A library of its own, made of another one where that is named, and a version of what its lines say. */
interface Made {
  readonly from?: string;
  readonly make: (number: number) => Experience;
  readonly first?: number;
  readonly last?: number;
  readonly flags?: readonly string[];
}

const half = count >> 1;
const nearCopies = Math.trunc(count * 0.3);
const update = ['--existing', 'update'];
const libraries: Readonly<Record<string, Made>> = {
  all: { make: exampleExperience },
  used: { from: 'all', make: (number) => used(number, 1), flags: update },
  'used more': { from: 'all', make: (number) => used(number, 3), flags: update },
  reworded: { from: 'all', make: (number) => reworded(number, 'inspect'), flags: ['--replace'] },
  'reworded otherwise': { from: 'all', make: (number) => reworded(number, 'study'), flags: ['--replace'] },
  'first half': { make: exampleExperience, last: half },
  'second half': { make: exampleExperience, first: half },
  'near-copies': { make: (number) => (number < count - nearCopies ? exampleExperience(number) : nearCopy(number)) },
};

/** What happens to a copy of a library, and what is said of it. */
const commands: readonly (readonly [library: string, words: readonly string[], what: string])[] = [
  ['used', ['merge', 'used more'], 'both sides counted all uses'],
  ['first half', ['merge', 'second half'], 'two that have nothing in common'],
  ['used', ['merge', 'reworded'], 'one side counted, the other reworded all'],
  ['reworded', ['merge', 'reworded otherwise', '--theirs'], 'both sides reworded all'],
  ['all', ['revert', 'v1'], 'of the version that brought all'],
  ['all', ['prune', '--keep', String(half)], 'half of it goes'],
  ['near-copies', ['dedupe'], `${nearCopies} near-copies`],
];

const made = new Set<string>();
try {
  for (const [library, words, what] of commands) {
    for (const name of [library, ...words]) if (name in libraries) await make(name);
    await cp(join(home, library), join(home, 'copy'), { recursive: true });
    const { seconds, megabytes } = await run([...words, '--library', 'copy']);
    await rm(join(home, 'copy'), { recursive: true });
    console.log(
      `${`${words[0]}: ${what}`.padEnd(52)} ${seconds.toFixed(1).padStart(7)} s ${megabytes.toFixed(0).padStart(5)} MB  ratio to ${memoryGoal} MB ${(megabytes / memoryGoal).toFixed(2)}`,
    );
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

async function make(name: string): Promise<void> {
  if (made.has(name)) return;
  made.add(name);
  const { from, make: of, first = 0, last = count, flags = [] } = libraries[name] as Made;
  if (from !== undefined) {
    await make(from);
    await cp(join(home, from), join(home, name), { recursive: true });
  }
  await writeLines(join(home, 'lines.jsonl'), last - first, (number) => of(first + number));
  await run(['import', 'lines.jsonl', ...flags, '--library', name]);
  await run(['commit', '-m', name, '--library', name]);
  await rm(join(home, 'lines.jsonl'));
}

async function run(words: readonly string[]): Promise<Measured> {
  const measured = await runMeasured([program, 'ledger', ...words], home, { ZOO_AUTHOR: 'bench' });
  if (measured.code !== 0) console.error(measured.stderr.slice(0, 2000));
  return measured;
}

function used(number: number, times: number): Experience {
  const experience = exampleExperience(number);
  return { ...experience, metadata: { ...experience.metadata, usage_count: (number % 7) + times } };
}

function reworded(number: number, verb: string): Experience {
  const text = `When case ${number} comes up, ${verb} bound ${number} before computing.`;
  return exampleExperience(number, { text, lineage: [exampleExperience(number).id] });
}

function nearCopy(number: number): Experience {
  const other = number - (count - nearCopies);
  return exampleExperience(other, { text: `When case ${other} comes up, check the bound ${other} before computing.` });
}
