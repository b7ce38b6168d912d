/**
 * The ledger at a million records, as ratios to what the machine allows:
 *
 *   node bench/ledger.ts [records]
 *
 * - recordsRoot against a bare loop of n - 1 `crypto.hash` calls on 65 bytes (goal: at most 1.5), and one edit (1 ms)
 * - the certificate of two versions that differ in 10 records, by a process of its own: time, memory (goals: 1.5 s,
 *   400 MB), size (10 KiB) and verification (10 ms)
 * - verification of every record of a library of 1,000 (goal: 50 ms)
 *
 * Times are best of several rounds, because a busy machine only ever adds.
 */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../src/core/digest.ts';
import { verifyCertificate } from '../src/core/tree/difference-certificate.ts';
import { libraryRoots } from '../src/core/tree/library-roots.ts';
import { buildMerkleTree, merkleRoot, replaceLeaf } from '../src/core/tree/merkle-log.ts';
import { keyAt, mapRoot, sortEntries } from '../src/core/tree/merkle-map.ts';
import { proveIds, renderProof, verifyProof } from '../src/core/tree/proof.ts';
import { certifyIndexes, encodeMapIndex } from '../src/ledger/map-index.ts';
import { sha256 } from '../src/world/digest/node-crypto.ts';
import { diskFiles } from '../src/world/files/disk.ts';
import { exampleLibrary } from '../test/ledger/experience.ts';

const [first = '1000000', ...rest] = process.argv.slice(2);
if (first === 'certify') await certify(rest);
else if (first === 'verify') await verify(rest);
else await measure(Number(first));

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
      for (let node = 1; node < count; node++) hash('sha256', pair, 'buffer');
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
  tell('one edit', `${edit.toFixed(3)} ms`, `ratio to the goal of 1 ms ${edit.toFixed(3)}`);
}

async function measureCertificate(count: number, folder: string): Promise<void> {
  const paths = [join(folder, 'before.idx'), join(folder, 'after.idx')];
  const roots: string[] = [];
  for (const [version, path] of paths.entries()) {
    const names = Array.from({ length: count }, (_, place) => `exp_${place.toString(16).padStart(16, '0')}`);
    const edited = new Set(Array.from({ length: 10 }, (_, edit) => Math.floor((count / 10) * edit)));
    const pairs = names.map(
      (id, place) => [sha256(id), sha256(version === 1 && edited.has(place) ? `edit ${place}` : id)] as const,
    );
    const idOf = new Map(names.map((id) => [toHex(sha256(id)), id]));
    const entries = sortEntries(pairs);
    const ids = Array.from({ length: count }, (_, place) => idOf.get(toHex(keyAt(entries, place))) ?? '');
    await writeFile(path, encodeMapIndex(entries, ids, sha256));
    roots.push(toHex(mapRoot(sha256, entries)));
  }
  const output = join(folder, 'certificate');
  const runs = Array.from({ length: 3 }, () => {
    const started = performance.now();
    const child = spawnSync(process.execPath, [import.meta.filename, 'certify', ...paths, output], {
      encoding: 'utf8',
    });
    if (child.status !== 0) throw new Error(child.stderr);
    return { time: performance.now() - started, memory: Number(child.stdout) };
  });
  const time = Math.min(...runs.map((run) => run.time));
  const memory = Math.max(...runs.map((run) => run.memory));
  const bytes = new Uint8Array(await readFile(output));
  const [before = new Uint8Array(), after = new Uint8Array()] = roots.map((root) => Buffer.from(root, 'hex'));
  const check = best(20, () => {
    if (verifyCertificate(sha256, bytes, { before, after }).length !== 10) throw new Error('not all changes');
  });
  tell('certificate of 10 changes', `${time.toFixed(0)} ms`, `ratio to the goal of 1.5 s ${(time / 1500).toFixed(2)}`);
  tell('its memory', `${memory.toFixed(0)} MB`, `ratio to the goal of 400 MB ${(memory / 400).toFixed(2)}`);
  tell('its size', `${bytes.length} B`, `ratio to the goal of 10 KiB ${(bytes.length / 10_240).toFixed(2)}`);
  tell('its verification', `${check.toFixed(2)} ms`, `ratio to the goal of 10 ms ${(check / 10).toFixed(2)}`);
}

/** The work of `zoo ledger diff --proof` between two indexed versions, in a process of its own. */
async function certify([before = '', after = '', output = '']: readonly string[]): Promise<void> {
  const readers = [await diskFiles.open(before), await diskFiles.open(after)] as const;
  const { bytes } = await certifyIndexes(...readers, sha256);
  await writeFile(output, bytes);
  for (const reader of readers) await reader.close();
  // The peak that getrusage tells is the parent's where that was larger.
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  console.log(peak === undefined ? process.memoryUsage.rss() / 2 ** 20 : Number(peak) / 1024);
}

async function measureProof(folder: string): Promise<void> {
  const library = exampleLibrary(1000);
  const ids = library.experiences.map(({ id }) => id);
  const path = join(folder, 'proof.json');
  await writeFile(path, renderProof(proveIds(library, ids, null, sha256)));
  const root = toHex(libraryRoots(sha256, library.experiences).recordsRoot);
  const runs = Array.from({ length: 5 }, () =>
    Number(spawnSync(process.execPath, [import.meta.filename, 'verify', path, root], { encoding: 'utf8' }).stdout),
  );
  const time = Math.min(...runs);
  tell('verify 1,000 records', `${time.toFixed(0)} ms`, `ratio to the goal of 50 ms ${(time / 50).toFixed(2)}`);
}

/** The work of `zoo ledger verify` beyond its start-up, in a process of its own where nothing is warm. */
async function verify([path = '', root = '']: readonly string[]): Promise<void> {
  const text = await readFile(path, 'utf8');
  const started = performance.now();
  verifyProof(text, root, sha256);
  console.log(performance.now() - started);
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
