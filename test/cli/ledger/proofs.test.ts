import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proveHistory } from '../../../src/ledger/proofs/consistency.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { ledgerJson, runLedger } from './run-ledger.ts';

let folder: string;
const zoo = (line: string) => runLedger(folder, line.split(' '));
const json = (line: string) => ledgerJson(folder, line.split(' '));
let versions: { id: string; commit: { recordsRoot: string; mapRoot: string } }[];
let ids: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-proofs-'));
  for (const starter of ['mathematics', 'code', 'writing']) {
    await zoo(`import starter:${starter}`);
    await zoo(`commit -m ${starter}`);
    if (starter === 'mathematics') await copyFile(join(folder, 'library/checkpoint'), join(folder, 'older'));
  }
  versions = (await json('log')).versions.toReversed();
  ids = (await json('list')).experiences.map(({ id }: { id: string }) => id);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('zoo ledger prove and verify', () => {
  it('prove presence of many and absence, in one file, for the id of the commit', async () => {
    expect(await zoo(`prove ${ids[0]} ${ids[5]} exp_nothere --output proof.json`)).toMatchObject({ code: 0 });
    const newest = versions.at(-1);
    expect(await json(`verify proof.json --root ${newest?.id}`)).toMatchObject({
      valid: true,
      kind: 'proof',
      root: 'commit',
      included: [{ id: ids[0] }, { id: ids[5] }],
      absent: ['exp_nothere'],
    });
    expect(await zoo(`verify proof.json --root ${newest?.commit.recordsRoot}`)).toMatchObject({ code: 5 });
    expect(await zoo(`verify proof.json --root ${versions[0]?.id}`)).toMatchObject({ code: 5 });
    expect(await zoo('verify proof.json')).toMatchObject({ code: 2 });
  });

  it('prove about an older version', async () => {
    const proof = await json(`prove ${ids.at(-1)} --at v1`);
    expect(proof).toMatchObject({ included: [], absent: [{ id: ids.at(-1) }], mapRoot: versions[0]?.commit.mapRoot });
  });

  it('certify that the listed changes are the whole difference', async () => {
    const made = await json('diff v1 v3 --proof d.bin');
    expect(made.changes).toHaveLength(ids.length - 11);
    const roots = `--before ${versions[0]?.commit.mapRoot} --after ${versions[2]?.commit.mapRoot}`;
    expect(await json(`verify d.bin ${roots}`)).toMatchObject({
      valid: true,
      kind: 'difference',
      changes: made.changes,
    });
    expect(
      await zoo(`verify d.bin --before ${versions[1]?.commit.mapRoot} --after ${versions[2]?.commit.mapRoot}`),
    ).toMatchObject({ code: 5 });
    const bytes = await readFile(join(folder, 'd.bin'));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(join(folder, 'flipped.bin'), bytes);
    expect(await zoo(`verify flipped.bin ${roots}`)).toMatchObject({ code: 5 });
    // The working library equals v3, and any two libraries can be certified.
    expect((await json('diff v1 working --proof w.bin')).after).toBe(versions[2]?.commit.mapRoot);
  });

  it('prove that a version is an ancestor, from two checkpoints', async () => {
    expect(await zoo('prove --since v1 --output history.json')).toMatchObject({ code: 0 });
    expect((await zoo('verify history.json --before older --after library/checkpoint')).stdout).toBe(
      'valid: v1 is an ancestor of v3\n',
    );
    expect(await zoo('verify history.json --before library/checkpoint --after older')).toMatchObject({ code: 5 });
    expect(await zoo('verify history.json --before older --after nothing')).toMatchObject({ code: 2 });
    expect(await zoo('prove')).toMatchObject({ code: 2 });
    expect(await json('prove --since v1 --at v2')).toEqual(
      proveHistory(
        versions.slice(0, 2).map(({ id }) => id),
        1,
        sha256,
      ),
    );
    expect(await zoo('prove --since v3 --at v2')).toMatchObject({ code: 2 });
  });

  it('verify a checkpoint that was signed with its version', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'zoo-proofs-'));
    try {
      const inCopy = (line: string) => runLedger(copy, line.split(' '));
      await writeFile(join(copy, 'key'), '11'.repeat(32), { mode: 0o600 });
      await inCopy('import starter:code');
      const commit = (algorithm: string) =>
        ledgerJson(copy, `commit -m a --allow-empty --key key --sign ${algorithm}`.split(' '));
      const other = await commit('secp256k1');
      const { verifierKey, version } = await commit('ed25519');
      expect(version).toBe('v2');
      expect(await ledgerJson(copy, ['verify', 'library/checkpoint', '--key', verifierKey])).toMatchObject({
        kind: 'checkpoint',
        versions: 2,
      });
      expect(await inCopy(`verify library/checkpoint --key ${other.verifierKey}`)).toMatchObject({ code: 5 });
      expect(await inCopy('verify library/checkpoint --key x')).toMatchObject({ code: 2 });
      expect(await ledgerJson(copy, ['fsck'])).toMatchObject({ findings: [] });
      await inCopy('commit -m b --allow-empty');
      expect(await inCopy(`verify library/checkpoint --key ${verifierKey}`)).toMatchObject({ code: 5 });
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it('verify the library itself', async () => {
    expect(await json('verify')).toMatchObject({ kind: 'library', version: 'v3', count: ids.length });
    expect(await json(`verify --at v2 --root ${versions[1]?.commit.recordsRoot}`)).toMatchObject({ version: 'v2' });
    expect(await zoo(`verify --root ${versions[1]?.commit.recordsRoot}`)).toMatchObject({ code: 5 });
    expect(await zoo('verify --root 12')).toMatchObject({ code: 2 });
  });
});
