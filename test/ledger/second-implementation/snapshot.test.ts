import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCar } from '../../../src/core/ipld/car.ts';
import type { Experience } from '../../../src/core/library/experience.ts';
import { randomFor } from '../../../src/core/random.ts';
import { commitId } from '../../../src/core/tree/commit.ts';
import { signCommit } from '../../../src/ledger/proofs/signing.ts';
import { takeSnapshot } from '../../../src/publishing/snapshot.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { embeddedExperiences, sampleVersion } from '../../publishing/sample-version.ts';
import { exampleLibrary } from '../experience.ts';
import { hasPython, python } from './judge.ts';
import { randomRecords } from './random-library.ts';

const random = randomFor(1, 'snapshot');
const { experiences: embedded, vectors } = embeddedExperiences(300, 3);
// Two records may say the same, and others nothing.
const mixed = exampleLibrary(40, 1000).experiences.map((record, at) =>
  at === 7 ? { ...record, embedding: embedded[0]?.embedding ?? null } : record,
);
const plain = (count: number) => randomRecords(random, count).map((record) => ({ ...record, embedding: null }));

describe.skipIf(!hasPython)('a published version, for the second implementation', () => {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'zoo-snapshot-'));
  });
  afterAll(() => rm(home, { recursive: true }));

  async function publish(experiences: readonly Experience[], versions: number) {
    const { commit } = sampleVersion(experiences, versions, vectors);
    const signatures = versions === 2 ? [signCommit('ed25519', commitId(commit, sha256), sha256('key'))] : [];
    const snapshot = await takeSnapshot(sampleVersion(experiences, versions, vectors, signatures), sha256);
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeCar(snapshot.root, snapshot.stream())) pieces.push(piece);
    return { cid: snapshot.cid, commit: commitId(commit, sha256), car: Buffer.concat(pieces) };
  }

  it.each([
    ['nothing', [], 1],
    ['one record', exampleLibrary(1).experiences, 2],
    ['a full leaf', plain(256), 1],
    ['a tree', plain(900), 2],
    ['vectors', [...embedded, ...mixed], 2],
    ['a log of two pages', exampleLibrary(3).experiences, 1030],
  ] as const)('is what its CID says: %s', { timeout: 60_000 }, async (_, experiences, versions) => {
    const { cid, commit, car } = await publish(experiences, versions);
    const file = join(home, 'one.car');
    await writeFile(file, car);
    const named = new Set(
      experiences.map(({ embedding }) => embedding?.sha256).filter((digest) => digest !== undefined),
    );
    const { length: size } = experiences;
    expect(JSON.parse(python(['snapshot', file]))).toEqual({ cid, commit, size, vectors: named.size });
  });

  it('is refused with a bit turned', { timeout: 60_000 }, async () => {
    const { car } = await publish(embedded.slice(0, 5), 2);
    const files = Array.from({ length: 40 }, (_, at) => join(home, `${at}.car`));
    for (const file of files) {
      const broken = Buffer.from(car);
      const place = Math.floor(random() * broken.length);
      broken[place] = (broken[place] as number) ^ (1 << Math.floor(random() * 8));
      await writeFile(file, broken);
    }
    const said = python(['snapshot', ...files]).split('\n');
    expect(said.filter((line) => line.startsWith('refused: '))).toHaveLength(files.length);
  });
});
