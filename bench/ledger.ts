/**
 * The ledger at a million records, as ratios to what the machine allows; the command line must have been built:
 *
 *   node bench/ledger.ts [records]
 *
 * - recordsRoot against a bare loop of n - 1 `crypto.hash` calls on 65 bytes (goal: at most 1.5), and one edit (1 ms)
 * - `zoo ledger diff --proof` of two versions that differ in 10 records, the first time and again: time, memory (goals:
 *   1.5 s, 400 MB), size (10 KiB) and verification (10 ms); and what import, edit, commit and prove take
 * - `zoo ledger verify` of every record of a library of 1,000, beyond start-up (goal: 50 ms)
 *
 * Times are best of several rounds where there are rounds, because a busy machine only ever adds.
 */
import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHex, toHex } from '../src/core/digest.ts';
import { verifyCertificate } from '../src/core/tree/difference-certificate.ts';
import { libraryRoots } from '../src/core/tree/library-roots.ts';
import { buildMerkleTree, merkleRoot, replaceLeaf } from '../src/core/tree/merkle-log.ts';
import { proveIds, renderProof } from '../src/core/tree/proof.ts';
import { sha256 } from '../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from '../test/ledger/experience.ts';
import { type Measured, runMeasured } from './run-measured.ts';
import { writeLines } from './write-lines.ts';

await measure(Number(process.argv[2] ?? 1_000_000));

async function measure(count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-bench-ledger-'));
  try {
    measureRoot(count);
    await measureCertificate(count, folder);
    await measureProof(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function measureRoot(count: number): void {
  const leaves = new Uint8Array(count * 32);
  for (let place = 0; place < leaves.length; place += 32) leaves[place] = place >>> 5;
  const pair = new Uint8Array(65);
  let [floor, root] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // In turn, so that whatever else the machine does slows both.
  for (let round = 0; round < 5; round++) {
    const bare = best(1, () => {
      // As it comes, a string of hexadecimal digits, which costs a third of a Buffer.
      for (let node = 1; node < count; node++) hash('sha256', pair);
    });
    [floor, root] = [
      Math.min(floor, bare),
      Math.min(
        root,
        best(1, () => void merkleRoot(sha256, leaves)),
      ),
    ];
  }
  const tree = buildMerkleTree(sha256, leaves);
  const edit = best(50, () => replaceLeaf(sha256, tree, Math.floor(count / 3), sha256('an edit')));
  tell(
    `recordsRoot of ${count} records`,
    `${root.toFixed(0)} ms`,
    `ratio to the hashing alone ${(root / floor).toFixed(2)} (goal 1.5)`,
  );
  tell('one edit', `${edit.toFixed(3)} ms`, ratio(edit, 1, '1 ms'));
}

/** Through the command line: two versions that differ in 10 records, never compared before. */
async function measureCertificate(count: number, folder: string): Promise<void> {
  const [lines, edits, output] = ['lines.jsonl', 'edits.jsonl', 'certificate'].map((name) => join(folder, name));
  if (lines === undefined || edits === undefined || output === undefined) return;
  await writeLines(lines, count, (number) => exampleExperience(number));
  await writeLines(edits, 10, (number) => exampleExperience(Math.floor((count / 10) * number), { confidence: 0.75 }));
  const imported = await zoo(folder, 'import', lines);
  tell('import', told(imported), `${(count / imported.seconds / 1000).toFixed(0)} records a millisecond`);
  tell('commit of all', told(await zoo(folder, 'commit', '-m', 'all')), '');
  await zoo(folder, 'import', edits, '--existing', 'update');
  tell('commit of 10 edits', told(await zoo(folder, 'commit', '-m', 'edits')), '');
  const first = await zoo(folder, 'diff', '--proof', output, 'v1', 'v2');
  const runs = [first];
  for (let round = 0; round < 4; round++) runs.push(await zoo(folder, 'diff', '--proof', output, 'v1', 'v2'));
  const [time, memory] = [Math.min(...runs.map(milliseconds)), Math.max(...runs.map(({ megabytes }) => megabytes))];
  const bytes = new Uint8Array(await readFile(output));
  const { before, after } = JSON.parse(first.stdout) as { before: string; after: string };
  const roots = { before: fromHex(before), after: fromHex(after) };
  const check = best(20, () => {
    if (verifyCertificate(sha256, bytes, roots).length !== 10) throw new Error('not all changes');
  });
  tell(
    'diff --proof, 10 changes, first',
    `${milliseconds(first).toFixed(0)} ms`,
    ratio(milliseconds(first), 1500, '1.5 s'),
  );
  tell('diff --proof, 10 changes', `${time.toFixed(0)} ms`, ratio(time, 1500, '1.5 s'));
  tell('its memory', `${memory.toFixed(0)} MB`, ratio(memory, 400, '400 MB'));
  tell('its size', `${bytes.length} B`, ratio(bytes.length, 10_240, '10 KiB'));
  tell('its verification', `${check.toFixed(2)} ms`, ratio(check, 10, '10 ms'));
  const { id } = exampleExperience(Math.floor(count / 2));
  tell('edit of one record', told(await zoo(folder, 'edit', id, '--confidence', '0.25')), '');
  tell('commit of one edit', told(await zoo(folder, 'commit', '-m', 'edit')), '');
  tell('prove one record', told(await zoo(folder, 'prove', id)), '');
}

/** Runs `zoo ledger …` in a folder. */
async function zoo(folder: string, ...words: readonly string[]): Promise<Measured> {
  const program = join(import.meta.dirname, '../bin/zoo.js');
  const run = await runMeasured([program, 'ledger', ...words, '--json'], folder);
  if (run.code !== 0) throw new Error(run.stderr);
  return run;
}

function milliseconds({ seconds }: Measured): number {
  return seconds * 1000;
}

function told({ seconds, megabytes }: Measured): string {
  return `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`;
}

/** Verification of all records of a library of 1,000, beyond what verifying the only one of another takes. */
async function measureProof(folder: string): Promise<void> {
  const files: { path: string; root: string }[] = [];
  for (const size of [1, 1000]) {
    const library = exampleLibrary(size);
    const ids = library.experiences.map(({ id }) => id);
    const path = join(folder, `proof-${size}.json`);
    await writeFile(path, renderProof(proveIds(library, ids, null, sha256)));
    files.push({ path, root: toHex(libraryRoots(sha256, library.experiences).recordsRoot) });
  }
  const times = files.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 25; round++)
    for (const [place, { path, root }] of files.entries())
      times[place] = Math.min(times[place] as number, milliseconds(await zoo(folder, 'verify', path, '--root', root)));
  const time = (times[1] as number) - (times[0] as number);
  tell('verify 1,000 records', `${time.toFixed(0)} ms beyond start-up`, ratio(time, 50, '50 ms'));
}

function ratio(value: number, goal: number, name: string): string {
  return `ratio to the goal of ${name} ${(value / goal).toFixed(2)}`;
}

function best(rounds: number, act: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    act();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

function tell(what: string, value: string, ratio: string): void {
  console.log(`${what.padEnd(34)} ${value.padEnd(24)} ${ratio}`);
}
