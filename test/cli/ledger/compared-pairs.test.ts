import { execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { walletAddress } from '../../../src/world/archive/arweave-key.ts';
import { type ArweaveEmulator, startArweaveEmulator } from '../../emulators/arweave/start-emulator.ts';
import { arweaveKey } from '../../publishing/archive-setting.ts';
import { fakeHost } from '../fake-host.ts';

let folder: string;
let emulator: ArweaveEmulator;

async function zoo(...words: string[]) {
  const host = fakeHost({
    folder,
    environment: {
      ZOO_AUTHOR: 'ada',
      ZOO_GATEWAY: 'http://127.0.0.1:1',
      ZOO_ARWEAVE_GATEWAY: emulator.url,
      ZOO_ARWEAVE_KEY: join(folder, 'key.json'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_STATE_HOME: join(folder, 'state'),
    },
  });
  const code = await main(words, host);
  return { code, stdout: host.written.stdout(), stderr: host.written.stderr() };
}
const json = async (...words: string[]) => JSON.parse((await zoo(...words, '--json')).stdout);
const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', ...words], { cwd: folder });

/** Every way to name a version, by what it is called for people. */
const names: Record<'first' | 'second', Record<string, string>> = { first: {}, second: {} };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-pairs-'));
  emulator = await startArweaveEmulator();
  emulator.weave.wallet(walletAddress(arweaveKey)).balance = 10n ** 12n;
  await copyFile(
    fileURLToPath(new URL('../../emulators/arweave/test-key.json', import.meta.url)),
    join(folder, 'key.json'),
  );
  await chmod(join(folder, 'key.json'), 0o600);
  git('init', '-q');
  for (const [index, which] of (['first', 'second'] as const).entries()) {
    await zoo('ledger', 'add', `When case ${which} comes up, check its bound before computing.`);
    await zoo('ledger', 'commit', '-m', which);
    const version = `v${index + 1}`;
    await zoo('ledger', 'tag', `the-${which}`, version);
    git('add', 'library');
    git('commit', '-qm', which);
    git('tag', which);
    await cp(join(folder, 'library'), join(folder, `${which} folder`), { recursive: true });
    for (const form of ['json', 'jsonl', 'csv'])
      await zoo('ledger', 'export', '--format', form, '--output', `${which}.${form}`);
    const { cid } = await json('publish', version, '--arweave', '--yes');
    emulator.mine(12);
    const [{ id, commit }] = (await json('ledger', 'log', '--limit', '1')).versions;
    names[which] = {
      version,
      tag: `the-${which}`,
      commit: id,
      root: commit.recordsRoot,
      'short root': `0x${commit.recordsRoot.slice(0, 12)}`,
      folder: `${which} folder`,
      json: `${which}.json`,
      jsonl: `${which}.jsonl`,
      csv: `${which}.csv`,
      'git tag': `git:${which}`,
      'git path': `git:${which}:library`,
      cid,
      ipfs: `ipfs://${cid}`,
    };
  }
  Object.assign(names.first, { 'version before': 'HEAD~1' });
  Object.assign(names.second, { newest: 'HEAD', working: 'working', 'git head': 'git:HEAD' });
  for (const [index, which] of (['second', 'first'] as const).entries()) {
    const { versions } = await json('ledger', 'log', '--arweave');
    names[which]['arweave'] = `ar://${versions[index].archives[0].id}`;
  }
}, 120_000);

afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** One name of each kind; the others are other spellings. */
const kinds: ReadonlySet<string> = new Set([
  'version',
  'tag',
  'root',
  'folder',
  'json',
  'git tag',
  'cid',
  'arweave',
  'working',
]);

it('any two kinds of names are compared, and every spelling', async () => {
  expect(Object.keys(names.first)).toContain('arweave');
  for (const [one, first] of Object.entries(names.first)) {
    const others = Object.entries(names.second).filter(
      ([other]) => other === 'version' || (kinds.has(one) && kinds.has(other)),
    );
    for (const [other, second] of others)
      expect(await json('ledger', 'diff', first, second), `${one} and ${other}`).toMatchObject({
        equal: false,
        from: { reference: first, count: 1 },
        to: { reference: second, count: 2 },
        added: [{ text: 'When case second comes up, check its bound before computing.' }],
        removed: [],
        modified: [],
      });
  }
  for (const [other, second] of Object.entries(names.second))
    expect(await json('ledger', 'diff', second, 'v2'), other).toMatchObject({ equal: true });
}, 180_000);

it.each(['folder', 'json', 'git tag', 'cid', 'arweave', 'commit'])(
  'a certificate of what differs from one that is named by its %s is checked with two roots alone',
  async (kind) => {
    const words = [names.first[kind] ?? '', names.second[kind] ?? ''];
    const made = await json('ledger', 'diff', ...words, '--proof', 'changes.bin');
    const roots = ['--before', made.before, '--after', made.after];
    expect(await zoo('ledger', 'verify', 'changes.bin', ...roots)).toMatchObject({ code: 0 });
    expect(await zoo('ledger', 'verify', 'changes.bin', '--before', made.after, '--after', made.before)).toMatchObject({
      code: 5,
    });
    const bytes = await readFile(join(folder, 'changes.bin'));
    await writeFile(join(folder, 'changes.bin'), bytes.subarray(0, -1));
    expect(await zoo('ledger', 'verify', 'changes.bin', ...roots)).toMatchObject({ code: 5 });
  },
);
