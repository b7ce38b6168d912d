/**
 * The report of a long run: 50,000 rollouts of 4 kB, from the journal on the disk to the page (goal: within 10 s).
 *
 *   node bench/report.ts [rollouts]
 *
 * The limit is reading the same journal and doing nothing with it; the ratio says what the report adds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildReport } from '../src/evaluation/report.ts';
import { systemClock } from '../src/world/clock/system.ts';
import { sha256 } from '../src/world/digest/node-crypto.ts';
import { diskFiles } from '../src/world/files/disk.ts';
import { openFileJournal } from '../src/world/journal/file.ts';
import { sampleRun } from '../test/evaluation/sample-run.ts';

const rollouts = Number(process.argv[2] ?? 50_000);
const run = sampleRun({ steps: Math.max(1, Math.round(rollouts / 500)), problems: 100, samples: 5, characters: 4000 });
const folder = await mkdtemp(join(tmpdir(), 'zoo-bench-report-'));
try {
  const options = { files: diskFiles, folder, clock: systemClock };
  const writing = await openFileJournal(options);
  let pending: Promise<void>[] = [];
  for await (const entry of run.entries()) {
    pending.push(writing.append(entry));
    if (pending.length === 1000) await Promise.all(pending.splice(0));
  }
  await Promise.all(pending);
  pending = [];
  await writing.close();

  const before = performance.now();
  const journal = await openFileJournal({ ...options, readOnly: true });
  let entries = 0;
  const opened = performance.now() - before;
  for await (const _ of journal.entries()) entries++;
  const reading = performance.now() - before - opened;
  globalThis.gc?.();
  const start = performance.now();
  const page = await buildReport({
    ...run,
    entries: journal.entries(),
    configuration: {},
    fingerprints: {},
    createdAt: new Date().toISOString(),
    sha256,
  });
  const building = performance.now() - start;
  await journal.close();
  console.log(`${entries} entries of ${rollouts} rollouts; page of ${(page.length / 1e6).toFixed(2)} MB`);
  console.log(
    `opening the journal ${seconds(opened)}, reading it ${seconds(reading)}, building the report ${seconds(building)}`,
  );
  console.log(
    `ratio to reading alone ${(building / reading).toFixed(2)}; ratio to the limit of 10 s ${((opened + building) / 10_000).toFixed(2)}`,
  );
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
