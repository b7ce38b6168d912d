import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import { recordDigest } from '../../src/core/tree/library-roots.ts';
import { proveIds } from '../../src/core/tree/proof.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { proveHistory } from '../../src/ledger/proofs/consistency.ts';
import { signCheckpoint } from '../../src/ledger/proofs/sign-checkpoint.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../fakes/files.ts';
import { exampleLibrary } from '../ledger/experience.ts';

/** Go's own transparency log, which has no code in common with ours; the module comes from Go's proxy the first time. */
const folder = mkdtempSync(join(tmpdir(), 'zoo-go-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(folder, 'transparency');
const built = spawnSync('go', ['build', '-o', program, '.'], {
  cwd: join(import.meta.dirname, 'transparency'),
  env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '' },
  timeout: 120_000,
});

async function written() {
  const files = memoryFiles();
  const ledger = openLedger({ files, sha256, clock: systemClock, folder: 'library' });
  for (let size = 1; size <= 9; size++)
    await ledger.commitVersion(exampleLibrary(size), { message: '', author: 'zoo', time: size });
  const log = (await ledger.history()).map(({ id }) => id);
  const key = await signCheckpoint(files, ledger, log.at(-1) ?? '', 'ed25519', sha256('a secret for tests'), sha256);
  const library = exampleLibrary(21);
  return {
    key: key ?? '',
    note: files.text('library/checkpoint') ?? '',
    consistencies: log.flatMap((_, older) =>
      log.slice(older).map((_, more) => proveHistory(log.slice(0, older + 1 + more), older + 1, sha256)),
    ),
    inclusions: library.experiences.map((experience) => {
      const { included, path, recordsRoot, size } = proveIds(library, [experience.id], null, sha256);
      return {
        data: toHex(recordDigest(sha256, experience)),
        root: recordsRoot,
        index: included[0]?.index ?? -1,
        size,
        path: path.match(/.{64}/g) ?? [],
      };
    }),
  };
}

function checkByGo(given: Awaited<ReturnType<typeof written>>): string[] {
  const { status, stdout, stderr } = spawnSync(program, { input: JSON.stringify(given), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').slice(0, -1);
}

describe.skipIf(built.status !== 0)("Go's sumdb/note and sumdb/tlog", () => {
  it('accept the signed checkpoint, the histories and the places of records', async () => {
    const given = await written();
    expect([given.consistencies.length, given.inclusions.length]).toEqual([45, 21]);
    expect(checkByGo(given)).toEqual([]);
  });

  it('refuse what is another', async () => {
    const { key, note, consistencies, inclusions } = await written();
    const told = checkByGo({
      key,
      note: note.replace('\n9\n', '\n8\n'),
      consistencies: consistencies.map((one) => ({ ...one, older: one.newer, newer: one.older })).slice(1, 3),
      inclusions: inclusions.map((one) => ({ ...one, index: (one.index + 1) % one.size })),
    });
    expect(told.map((line) => line.split(/[ :]/)[0])).toEqual([
      'note',
      ...Array.from({ length: 2 }, () => 'consistency'),
      ...Array.from({ length: 21 }, () => 'inclusion'),
    ]);
  });
});
