/**
 * A large library through the commands of the ledger, each in a process of its own, with seconds and peak memory:
 *
 *   node bench/ledger-large.ts [records]
 *
 * The goal is memory that does not grow with the library beyond a few bytes a record: 400 MB at a million. What was
 * measured stands in docs/ledger.md.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportForms } from '../src/ledger/forms/render-library.ts';
import { exampleExperience } from '../test/ledger/experience.ts';
import { type Measured, runMeasured } from './run-measured.ts';
import { writeLines } from './write-lines.ts';

/** MB. */
const memoryGoal = 400;
const count = Number(process.argv[2] ?? 1_000_000);
const home = await mkdtemp(join(tmpdir(), 'zoo-bench-large-'));
const program = join(import.meta.dirname, 'zoo-from-source.ts');
const environment = {
  ZOO_AUTHOR: 'bench',
  XDG_CACHE_HOME: join(home, 'cache'),
  XDG_STATE_HOME: join(home, 'state'),
};
const ids = [0.2, 0.4, 0.5, 0.6, 0.8].map((part) => exampleExperience(Math.trunc(count * part)).id) as [
  string,
  string,
  string,
  string,
  string,
];

/** Stands for the CID of the first version. */
const published = '<cid>';

/** Commands of `zoo ledger`, each on what those before it left. */
const commands: readonly (readonly string[])[] = [
  ['import', 'many.jsonl'],
  ['status'],
  ['commit', '-m', 'All'],
  ['status'],
  ['show', ids[0]],
  ['list', '--limit', '20'],
  ['list'],
  ['search', 'case', String(count >> 1)],
  ['lint'],
  ...exportForms.map((form) => ['export', '--format', form, '--output', `out.${form}`]),
  ['verify'],
  ['fsck'],
  ['edit', ids[1], '--text', 'When a case is edited, say so in other words.'],
  ['edit', ids[2], '--confidence', '0.75'],
  ['add', 'When a case is new, add it.', '--domain', 'math.algebra'],
  ['remove', ids[3]],
  ['status'],
  ['commit', '-m', 'Four changes'],
  ['diff', 'v1', 'v2'],
  ['log', '--stat'],
  ['diff', 'git:HEAD', 'working'],
  ['diff', 'git:HEAD', 'v2', '--proof', 'out.proof'],
  ['show', ids[2], '--at', 'git:HEAD'],
  ['list', '--at', 'git:HEAD'],
  ['diff', 'many.jsonl', 'working'],
  ['diff', published, 'v2'],
  ['diff', published, 'v2'],
  ['verify', '--at', published],
  ['blame', ids[2]],
  ['why', ids[2]],
  ['blame'],
  ['merge', 'theirs', '--base', 'v1'],
  ['revert', 'v2'],
  ['revert', 'v1', '--whole'],
  ['dedupe'],
  ['prune', '--keep', String(count - 10)],
  ...exportForms.map((form) => ['import', `out.${form}`, '--format', form, '--library', 'second', '--replace']),
  ['fsck'],
  ['gc'],
];

let cid = '';
try {
  await writeLines(join(home, 'many.jsonl'), count, exampleExperience);
  for (const words of commands) {
    if (words[0] === 'edit' && cid === '') cid = await nameFirstVersion();
    if (words[0] === 'merge') await prepareTheirs();
    const { seconds, megabytes, code } = await run(words.map((word) => (word === published ? cid : word)));
    const shown = words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');
    console.log(
      `${shown.slice(0, 52).padEnd(52)} ${seconds.toFixed(1).padStart(7)} s ${megabytes.toFixed(0).padStart(5)} MB  ratio to ${memoryGoal} MB ${(megabytes / memoryGoal).toFixed(2)}${code === 0 ? '' : `  exit ${code}`}`,
    );
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

async function run(words: readonly string[]): Promise<Measured> {
  const measured = await runMeasured([program, 'ledger', ...words], home, environment);
  // Lint exits 3 when it finds something; everything else is to succeed.
  if (measured.code !== 0 && measured.code !== 3) console.error(measured.stderr.slice(0, 2000));
  return measured;
}

/** Commits it in git, and publishes it. Returns its CID. */
async function nameFirstVersion(): Promise<string> {
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
  for (const words of [['init'], ['add', 'library'], ['commit', '-m', 'All']])
    spawnSync('git', [...identity, ...words], { cwd: home, stdio: 'ignore' });
  const { stdout } = await runMeasured([program, 'publish', 'v1', '--json'], home, environment);
  return (JSON.parse(stdout) as { readonly cid: string }).cid;
}

/** What somebody else made of the first version: three changes. */
async function prepareTheirs(): Promise<void> {
  await cp(join(home, 'library'), join(home, 'theirs'), { recursive: true });
  for (const words of [
    ['revert', 'v1', '--whole'],
    ['edit', ids[4], '--text', 'When a case is theirs, say it in their words.'],
    ['edit', ids[2], '--confidence', '0.25'],
    ['add', 'When a case is theirs alone, keep it.', '--domain', 'math.algebra'],
    ['commit', '-m', 'Theirs'],
  ])
    await run([...words, '--library', 'theirs']);
}
