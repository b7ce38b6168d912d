/**
 * What making the CAR of a version costs, against the least that it could: hashing every byte once and writing it once,
 * in the same run. Memory is measured on the whole program: bench/publish-program.ts.
 *
 * `node bench/publish.ts` measures a thousand records with embeddings of 1,024 floats (limit: 2.0x);
 * `node bench/publish.ts million` measures a million records without (limit: 30 s).
 */
import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { each } from '../src/core/each.ts';
import { CarWriter } from '../src/core/ipld/car.ts';
import type { PublishedVersion } from '../src/publishing/published-version.ts';
import { takeSnapshot } from '../src/publishing/snapshot.ts';
import { sha256 } from '../src/world/digest/node-crypto.ts';
import { type Roots, madeUpMillion, madeUpThousand } from './made-up-version.ts';

const folder = mkdtempSync(join(tmpdir(), 'zoo-bench-publish-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

if (process.argv[2] === 'million') await million();
else if (process.argv[2] === 'roots') {
  const { recordsRoot, mapRoot } = madeUpMillion().version.commit;
  process.stdout.write(JSON.stringify({ recordsRoot, mapRoot }));
} else await thousand();

async function thousand(): Promise<void> {
  const { version, vectors } = madeUpThousand();
  const everything = [...Array.from(version.records(), ({ bytes }) => bytes), ...vectors.values()];
  const whole = Buffer.concat(everything);
  const least: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < 101; round++) {
    least.push(
      await time(() => {
        for (const bytes of everything) sha256(bytes);
        writeOnce(whole);
      }),
    );
    ours.push(await time(() => writeCar(version)));
  }
  // Other work on the machine only ever adds time, so the best of each is what it takes.
  const [floor, taken] = [Math.min(...least), Math.min(...ours)];
  report('CAR of 1,000 records with embeddings, to hashing and writing the bytes', taken / floor, 2, 'x');
  process.stdout.write(
    `        ${taken.toFixed(1)} ms to ${floor.toFixed(1)} ms, ${(whole.length / 1e6).toFixed(1)} MB\n`,
  );
}

async function million(): Promise<void> {
  // What the commit names is worked out by another process, so that it costs neither time nor memory here.
  const roots = execFileSync(process.execPath, [import.meta.filename, 'roots'], { encoding: 'utf8' });
  const { version } = madeUpMillion(JSON.parse(roots) as Roots);
  let [bytes, records] = [0, 0];
  const source = await time(() => {
    for (const record of version.records()) {
      bytes += record.bytes.length;
      records++;
    }
  });
  const taken = await time(() => writeCar(version));
  const piece = new Uint8Array(Math.round(bytes / records));
  const floor = await time(() => {
    for (let record = 0; record < records; record++) sha256(piece);
    writeOnce(new Uint8Array(bytes));
  });
  const making = (2 * source) / 1000;
  report('a million records: seconds', taken / 1000, 30, 's');
  process.stdout.write(
    `        of which ${making.toFixed(1)} s go into making the records up, twice; the rest is ${((taken - 2 * source) / floor).toFixed(1)} times hashing and writing the bytes (${(floor / 1000).toFixed(1)} s)\n`,
  );
}

function report(what: string, value: number, limit: number, unit: string): void {
  const verdict = value <= limit ? 'ok' : 'OVER';
  process.stdout.write(`${verdict.padEnd(6)} ${what}: ${value.toFixed(2)} ${unit} (limit ${limit} ${unit})\n`);
}

async function writeCar(version: PublishedVersion): Promise<void> {
  const snapshot = await takeSnapshot(version, sha256);
  const writer = new CarWriter(snapshot.root, { reuse: true });
  const file = openSync(join(folder, 'car'), 'w');
  await each(snapshot.stream(), ({ cid, bytes }) => {
    for (const piece of writer.add(cid, bytes)) writeSync(file, piece);
  });
  writeSync(file, writer.end());
  fsyncSync(file);
  closeSync(file);
  if (writer.size !== snapshot.carBytes) throw new Error('the CAR has another size than was told');
}

function writeOnce(bytes: Uint8Array): void {
  const file = openSync(join(folder, 'floor'), 'w');
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  fsyncSync(file);
  closeSync(file);
}

async function time(act: () => unknown): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}
