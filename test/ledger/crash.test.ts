import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import { randomFor } from '../../src/core/random.ts';
import { libraryRoots } from '../../src/core/tree/library-roots.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import type { CommitEntry } from '../../src/ledger/history.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { type WriterSize, libraryOf, restoredAtOnce } from './crash-libraries.ts';
import { exampleLibrary } from './experience.ts';
import { certify } from './in-shards.ts';

/** How often the writer is killed: 1,000 and more with `npm run test:crash`. */
const kills = Number(process.env['ZOO_CRASH_KILLS'] ?? 6);

/** Kills before a new library is begun: a check reads the whole history, which grows with every change. */
const killsPerLibrary = { small: 20, large: 5, switching: 10 };

/** Milliseconds after a change was begun within which the writer is killed, and changes that it begins before at most. */
const killWithin = { small: [40, 6], large: [400, 3], switching: [400, 4] } as const;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'zoo-crash-'));
});
afterAll(() => rm(home, { recursive: true }));

interface State {
  readonly root: string;
  readonly versions: number;
}

describe('a writer that is killed', () => {
  it.each([
    { size: 'small', times: kills },
    { size: 'large', times: Math.ceil(kills / 4) },
    { size: 'switching', times: Math.ceil(kills / 4) },
  ] as const)(
    'leaves the old or the new state, $times times: $size',
    { timeout: 180_000 + kills * 5000 },
    async (run) => {
      const { size, times } = run;
      const [wait, most] = killWithin[size];
      const random = randomFor(1, 'crash', size);
      const nothing: State = { root: toHex(libraryRoots(sha256, []).recordsRoot), versions: 0 };
      let state = nothing;
      let folder = '';
      let next = 1;
      let between = 0;
      for (let kill = 0; kill < times; kill++) {
        if (kill % killsPerLibrary[size] === 0) {
          folder = join(home, `${size}-${kill}`);
          state = nothing;
        }
        // Start-up takes a while; the instant falls into the work of the first changes.
        const begins = 1 + Math.floor(random() * most);
        const told = await writeUntilKilled([folder, String(next), size], begins, random() * wait);
        const { last, open } = replay(told, state, size);
        const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
        const read = await ledger.state();
        const found: State = { root: read.root, versions: read.version === null ? 0 : Number(read.version.slice(1)) };
        expect([last, ...(open === undefined ? [] : [open.state])]).toContainEqual(found);
        const errors = (await fsck(diskFiles, folder, sha256)).filter(({ level }) => level === 'error');
        expect(errors).toEqual([]);
        for (const { commit, version } of await ownVersions(ledger))
          expect((await ledger.readVersion(version)).experiences.length).toBe(commit.size);
        if (open !== undefined) between++;
        state = found;
        next = Number(told.findLast((line) => line.startsWith('begin'))?.split(' ')[1] ?? next) + 1;
      }
      // Of many, most kills fall between the begin and the end of a change; otherwise the test tests little.
      expect(between).toBeGreaterThanOrEqual(Math.floor(times / 2) - 1);
      const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
      await ledger.save(exampleLibrary(2));
      expect((await readdir(join(folder, '.zoo'))).sort()).toContain('generation');
      expect(await readdir(join(folder, '.zoo'))).not.toContain('pending.jsonl');
      const own = await ownVersions(ledger);
      for (const { version } of own) await ledger.readVersion(version);
      const [before, after] = own.slice(-2).map(({ version }) => version);
      if (before !== undefined && after !== undefined) await certify(diskFiles, ledger, before, after, sha256);
    },
  );

  /** Versions whose packs are here: what came from elsewhere was restored without. */
  async function ownVersions(ledger: Ledger): Promise<readonly CommitEntry[]> {
    return (await ledger.history()).filter(({ commit }) => commit.author === 'writer');
  }

  /** Kills the writer some milliseconds after it told that it began its n-th change. Returns all that it told. */
  async function writeUntilKilled(words: readonly string[], begins: number, wait: number): Promise<string[]> {
    const script = join(import.meta.dirname, 'write-forever.ts');
    const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.split('begin').length > begins) setTimeout(() => child.kill('SIGKILL'), wait);
      });
      child.on('close', () => resolve());
    });
    return told.split('\n').slice(0, -1);
  }

  /** The state after the last change that was done, and the one that was under way, if any. */
  function replay(
    told: readonly string[],
    from: State,
    size: WriterSize,
  ): { last: State; open: { number: number; state: State } | undefined } {
    let last = from;
    let open: { number: number; state: State } | undefined;
    for (const line of told) {
      const [word, number = '0', kind] = line.split(' ');
      if (word === 'begin') {
        const root = toHex(libraryRoots(sha256, libraryOf(Number(number), size).experiences).recordsRoot);
        const made = kind === 'restore' ? restoredAtOnce : /^(?:commit|keep|merge)$/.test(kind ?? '') ? 1 : 0;
        const staysAsItIs = kind === 'tag' || kind === 'collect';
        const next: State = { root, versions: last.versions + made };
        open = { number: Number(number), state: staysAsItIs ? last : next };
      } else {
        last = open?.state ?? last;
        open = undefined;
      }
    }
    return { last, open };
  }
});
