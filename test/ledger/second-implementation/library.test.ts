import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { randomFor, shuffle } from '../../../src/core/random.ts';
import { libraryRoots } from '../../../src/core/tree/library-roots.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { signCheckpoint } from '../../../src/ledger/proofs/sign-checkpoint.ts';
import { signCommit } from '../../../src/ledger/proofs/signing.ts';
import { systemClock } from '../../../src/world/clock/system.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { exampleExperience } from '../experience.ts';
import { randomRecords } from './random-library.ts';
import { hasPython, python } from './judge.ts';

const signers = ['ed25519', 'secp256k1', 'ed25519', 'secp256k1'] as const;

describe.skipIf(!hasPython).each(['files', 'shards'])('a library in the layout “%s”', (layout) => {
  let home = '';
  let log: readonly string[] = [];
  const random = randomFor(1, layout);
  // Two ids that differ in case alone cannot be files everywhere.
  const twins = layout === 'shards' ? [exampleExperience(1, { id: 'twin' }), exampleExperience(2, { id: 'Twin' })] : [];
  const first = [...randomRecords(random, 14), ...twins];
  const second = [
    ...first.slice(3).map((record, at) => (at < 2 ? { ...record, confidence: 1 } : record)),
    ...randomRecords(random, 4),
  ];
  const libraries = [[], first, second, shuffle(second, random), [exampleExperience(7), ...twins]];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'zoo-second-'));
    const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder: home });
    for (const [at, experiences] of libraries.entries())
      await ledger.commitVersion(
        { experiences },
        {
          message: `Version ${at}`,
          author: 'Ada',
          sign: (commit) => Promise.resolve([signCommit(signers[at] ?? 'ml-dsa-65', commit, sha256(`key ${at}`))]),
        },
      );
    const last = (await ledger.history()).at(-1);
    await signCheckpoint(diskFiles, ledger, last?.id ?? '', 'ml-dsa-65', sha256('key 4'), sha256);
    await ledger.save({ experiences: second });
    log = (await ledger.history()).map(({ id }) => id);
  });
  afterAll(() => rm(home, { recursive: true }));

  it('is read as we read it, with all its versions', { timeout: 60_000 }, async () => {
    expect(JSON.parse(await readFile(join(home, 'library.json'), 'utf8'))).toMatchObject({ layout });
    const { size, recordsRoot, mapRoot } = libraryRoots(sha256, second);
    const working = [size, toHex(recordsRoot), toHex(mapRoot), second.map(({ id }) => id)];
    expect(JSON.parse(python(['library', home]))).toEqual({ working, log });
  });

  it('is refused with a bit flipped in what its versions are made of', { timeout: 120_000 }, async () => {
    const names = (await readdir(home, { recursive: true, withFileTypes: true })).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
    );
    const own = shuffle(
      names.filter((name) => /packs|commits|log\.txt|checkpoint|HEAD/.test(name)),
      random,
    );
    const broken = own.slice(0, 12).map((name, at) => ({ name, copy: `${home}-${at}` }));
    for (const { name, copy } of broken) {
      await cp(home, copy, { recursive: true });
      const bytes = await readFile(name);
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
      await writeFile(join(copy, relative(home, name)), bytes);
    }
    const [whole, ...said] = python(['library', home, ...broken.map(({ copy }) => copy)]).split('\n');
    await Promise.all(broken.map(({ copy }) => rm(copy, { recursive: true })));
    expect(whole).not.toMatch(/^refused/);
    expect(broken.filter((_, at) => !said[at]?.startsWith('refused: '))).toEqual([]);
  });
});
