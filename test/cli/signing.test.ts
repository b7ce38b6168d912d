import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyMessage, verifyTypedData } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { warpChain } from '../../src/world/chain/development.ts';
import { developmentAccount } from '../../src/world/chain/keystores.ts';
import { type LocalChain, noAnvil, startLocalChain } from '../world/chain/local-chain.ts';
import { type ZooInProcess, zooInProcess } from './zoo-in-process.ts';

/** Of the third development account, which everybody knows; here it stands for a key that nobody may see. */
const key = '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a';
const password = 'correct horse battery';
const newPassword = 'staple battery horse';
const addressOf = (index: number) => developmentAccount(index).address;

describe.skipIf(noAnvil !== undefined)(`signing${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`, () => {
  let chain: LocalChain;
  let cli: ZooInProcess;

  beforeAll(async () => {
    chain = await startLocalChain();
    cli = zooInProcess({ ZOO_RPC_URL: chain.url, ZOO_WALLET: 'dev:0', ZOO_WALLET_PASSWORD: password });
    await cli.zoo('chain', 'deploy', '--yes');
    for (const wallet of ['dev:0', 'dev:1', 'dev:2', 'dev:3']) await cli.zoo('delegate', '--yes', '--wallet', wallet);
  }, 120_000);
  afterAll(async () => {
    await chain?.close();
    cli?.remove();
  });

  const warp = (hours: number) => warpChain(chain.url, 31_337, hours * 3600);

  it('keeps a key, signs with it by --account, and changes its password', async () => {
    writeFileSync(join(cli.folder, 'key.txt'), `${key}\n`, { mode: 0o600 });
    await cli.zoo('wallet', 'import', 'third', 'key.txt', '-v');
    expect((await cli.zoo('wallet', 'address', 'third')).trim()).toBe(addressOf(2));
    const signature = (await cli.zoo('wallet', 'sign', 'I am third', '--account', 'third')).trim();
    expect(verifyMessage('I am third', signature)).toBe(addressOf(2));

    const data = {
      types: { Note: [{ name: 'text', type: 'string' }] },
      primaryType: 'Note',
      domain: { name: 'Notes', chainId: 31_337 },
      message: { text: 'Hello' },
    };
    writeFileSync(join(cli.folder, 'note.json'), JSON.stringify(data));
    const signing = ['wallet', 'sign', '--typed-data', 'note.json', '--account', 'third'];
    expect(await cli.failure(signing)).toEqual([2, 'not-confirmed']);
    const { signature: typed } = await cli.json<{ signature: string }>(...signing, '--yes');
    expect(verifyTypedData(data.domain, data.types, data.message, typed)).toBe(addressOf(2));
    expect(await cli.failure([...signing, '--yes'], { ZOO_NETWORK: 'base' })).toEqual([2, 'wrong-chain']);

    writeFileSync(join(cli.folder, 'new.txt'), `${newPassword}\n`);
    expect(await cli.failure(['wallet', 'change-password', 'third'])).toEqual([2, 'no-password']);
    await cli.zoo('wallet', 'change-password', 'third', '--new-password-file', 'new.txt');
    expect(await cli.failure(['delegate', '--yes', '--account', 'third'])).toEqual([2, 'wrong-password']);
    writeFileSync(join(cli.folder, 'password.txt'), newPassword);
    await cli.zoo('delegate', '--yes', '-v', '--account', 'third', '--password-file', 'password.txt');
    const weak = { ZOO_WALLET_PASSWORD: newPassword, ZOO_NEW_WALLET_PASSWORD: 'short' };
    expect(await cli.failure(['wallet', 'change-password', 'third'], weak)).toEqual([2, 'weak-password']);
  }, 120_000);

  it('opens keystores that do not tell their address, as those of cast', async () => {
    const { file } = await cli.json<{ file: string }>('wallet', 'import', 'plain', 'key.txt');
    const { address: _, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify(rest));
    const { wallets } = await cli.json<{ wallets: object[] }>('wallet', 'list');
    expect(wallets).toContainEqual({ name: 'plain', address: null, file });
    expect((await cli.zoo('wallet', 'address', 'plain')).trim()).toBe(addressOf(2));
    const dry = await cli.json<{ from: string }>('delegate', '--dry-run', '--account', 'plain');
    expect(dry.from).toBe(addressOf(2));
  }, 60_000);

  interface Fates {
    readonly ballots: readonly {
      readonly voter: string;
      readonly state: string;
      readonly error: { code: string } | null;
    }[];
  }

  it('signs ballots that others cast, also where no node can be asked', async () => {
    await cli.zoo('ledger', 'add', 'When a sum telescopes, write out its first and last terms before adding.');
    await cli.zoo('ledger', 'commit', '-m', 'One');
    await cli.zoo('publish');
    const { proposal } = await cli.json<{ proposal: string }>('propose', '--yes', '--without-gate');
    const words = ['vote', proposal, 'for', '--sign-only'];
    expect(await cli.failure([...words, '--wallet', 'dev:1'])).toEqual([2, 'not-confirmed']);
    await cli.zoo(...words, '--yes', '--wallet', 'dev:1', '--reason', 'It generalises', '--out', 'one.json');
    const offline = { ZOO_RPC_URL: 'http://127.0.0.1:9', ZOO_WALLET: 'dev:2' };
    expect(await cli.failure([...words, '--yes'], offline)).toEqual([1, 'no-rpc']);
    const unasked = await cli.run([...words, '--yes', '--nonce', '0'], offline);
    expect(unasked.code, unasked.stderr).toBe(0);
    writeFileSync(join(cli.folder, 'two.json'), unasked.stdout);
    expect(await cli.failure(['vote', 'latest', 'for', '--sign-only', '--yes', '--nonce', '0'], offline)).toEqual([
      2,
      'usage',
    ]);

    // A second ballot of the same voter has the next number, and goes after the first.
    await cli.zoo('ledger', 'add', 'When a sequence is monotone and bounded, name its limit before you compute it.');
    await cli.zoo('ledger', 'commit', '-m', 'Two');
    await cli.zoo('publish');
    const second = await cli.json<{ proposal: string }>('propose', '--yes', '--without-gate');
    const again = ['vote', second.proposal, 'against', '--sign-only', '--yes', '--wallet', 'dev:1'];
    await cli.zoo(...again, '--nonce', '1', '--out', 'three.json');

    const relaying = ['relay', 'three.json', 'one.json', 'two.json', 'forged.json'];
    const forged = { ...(JSON.parse(unasked.stdout) as object), voter: addressOf(3) };
    writeFileSync(join(cli.folder, 'forged.json'), JSON.stringify(forged));
    expect(await cli.failure(['relay', 'one.json', '--yes'])).toEqual([1, 'vote-not-open']);
    await warp(25);
    expect(await cli.failure(['relay', 'forged.json', '--yes'])).toEqual([1, 'invalid-ballot']);
    const dry = await cli.run([...relaying, '--dry-run', '--json', '--wallet', 'dev:4']);
    const states = ({ ballots }: Fates) => ballots.map(({ state, error }) => error?.code ?? state).sort();
    expect(states(JSON.parse(dry.stdout) as Fates)).toEqual(['fit', 'fit', 'fit', 'invalid-ballot']);
    expect(await cli.failure(['relay', 'one.json', '--wallet', 'dev:4'])).toEqual([2, 'not-confirmed']);
    const cast = await cli.run([...relaying, '--yes', '--json', '--wallet', 'dev:4']);
    expect(cast.code).toBe(1);
    expect(states(JSON.parse(cast.stdout) as Fates)).toEqual(['cast', 'cast', 'cast', 'invalid-ballot']);
    expect(await cli.failure(['relay', 'two.json', '--yes'])).toEqual([1, 'voted-already']);
    expect(await cli.failure(words, { ZOO_WALLET: 'dev:1' })).toEqual([1, 'voted-already']);
    const { proposals } = await cli.json<{ proposals: { tally: { votes: Record<string, string> } }[] }>('proposals');
    const million = (count: bigint) => (count * 1_000_000n * 10n ** 18n).toString();
    expect(proposals.map(({ tally }) => [tally.votes['for'], tally.votes['against']])).toEqual([
      ['0', million(1n)],
      [million(2n), '0'],
    ]);
    // So that the next test can propose what follows.
    await cli.zoo('vote', proposal, 'for', '--yes');
    await warp(8 * 24);
    await cli.zoo('execute', proposal, '--yes');
    await warp(25);
    await cli.zoo('execute', proposal, '--yes');
  }, 180_000);

  it('submits one experience with its stake, which a version takes in and gives back', async () => {
    const text = 'When a bound must be sharp, exhibit a case of equality before you claim it.';
    expect(await cli.failure(['submit', '--yes'])).toEqual([2, 'usage']);
    const redundant = 'When a sum telescopes, write out its first and last terms before adding.';
    expect(
      await cli.failure(['submit', '--text', redundant, '--yes', '--wallet', 'dev:3', '--domain', 'math']),
    ).toEqual([3, 'lint-failed']);
    expect(await cli.failure(['submit', '--text', text, '--yes', '--wallet', 'dev:9'])).toEqual([
      1,
      'too-little-keeper',
    ]);
    const dry = await cli.run(['submit', '--text', text, '--wallet', 'dev:3', '--dry-run']);
    expect(dry.stderr).toContain('100 KEEPER are staked');
    expect(dry.stderr).toContain('submitWithPermit');
    expect(dry.stderr).toContain('Lint finds nothing to mend.');
    const sent = await chain.chain.sentBy(addressOf(3));
    for (const words of [['delegate'], ['submit', '--text', text], ['claim']])
      expect((await cli.failure([...words, '--wallet', 'dev:3']))[1]).toMatch(/^(not-confirmed|reverted)$/);
    expect(await chain.chain.sentBy(addressOf(3))).toBe(sent);
    const submitted = await cli.json<{ submission: string; cid: string; call: object }>(
      'submit',
      '--text',
      text,
      '--yes',
      '--wallet',
      'dev:3',
    );
    expect(submitted).toMatchObject({
      submission: '1',
      call: { contract: 'ExperienceRegistry', function: 'submitWithPermit' },
    });
    const safe = await cli.json<{ transactions: object[] }>(
      'submit',
      '--text',
      `${text} Twice.`,
      '--safe',
      addressOf(3),
    );
    expect(safe.transactions).toHaveLength(2);

    const listed = await cli.json<{ submissions: { experience: { text: string } }[] }>(
      'submissions',
      '--state',
      'pending',
    );
    expect(listed.submissions).toMatchObject([
      { id: '1', state: 'pending', contributor: addressOf(3), experience: { text } },
    ]);
    expect(await cli.failure(['submission', 'show', '7'])).toEqual([2, 'unknown-submission']);
    expect(await cli.failure(['submission', 'withdraw', '1', '--yes', '--wallet', 'dev:3'])).toEqual([1, 'reverted']);
    await cli.zoo('submission', 'take', '1');
    expect(await cli.failure(['submission', 'take', '1'])).toEqual([1, 'experience-exists']);
    await cli.zoo('ledger', 'commit', '-m', 'Two');
    await cli.zoo('publish');
    const forgetful = await cli.run(['propose', '--dry-run', '--without-gate']);
    expect(forgetful.stderr).toContain('--accept 1 gives back their stakes');
    await cli.zoo('propose', '--yes', '--without-gate', '--accept', '1');
    await warp(25);
    for (const wallet of ['dev:0', 'dev:1']) await cli.zoo('vote', 'latest', 'for', '--yes', '--wallet', wallet);
    await warp(8 * 24);
    await cli.zoo('execute', 'latest', '--yes');
    await warp(25);
    await cli.zoo('execute', 'latest', '--yes');
    const { submissions } = await cli.json<{ submissions: object[] }>('submissions');
    expect(submissions).toMatchObject([{ id: '1', state: 'accepted' }]);
    const owed = await cli.json<{ owed: string }>('wallet', 'show', 'dev:3');
    expect(BigInt(owed.owed)).toBeGreaterThanOrEqual(100n * 10n ** 18n);
  }, 240_000);

  it('has told neither a key nor a password, whatever was asked, nor left one in a file', async () => {
    for (const words of [
      ['delegate', '--yes', '-v', '--json=events'],
      ['delegate', '--yes', '-v', '--rpc-url', 'http://127.0.0.1:9'],
      ['wallet', 'show', '-v'],
      ['wallet', 'sign', 'hello', '-v', '--json'],
      ['config'],
      ['doctor', '-v'],
    ])
      await cli.run(words, { ZOO_WALLET: '', ZOO_PRIVATE_KEY: key });
    await cli.run(['delegate', '--yes', '-v'], { ZOO_WALLET: '', ZOO_PRIVATE_KEY: `${key}00` });
    await cli.run(['delegate', '--yes', '-v', '--private-key', key]);
    const secrets = [key.slice(2), password, newPassword, 'test test test'];
    const everything = cli.said.join('\n').toLowerCase();
    expect(everything.length).toBeGreaterThan(10_000);
    // What a person types on the command line by mistake is repeated only as the flag that there is not.
    for (const secret of secrets) expect(everything.includes(secret)).toBe(false);
    const mine = new Set(['key.txt', 'password.txt', 'new.txt'].map((name) => join(cli.folder, name)));
    for (const path of filesIn(cli.folder))
      if (!mine.has(path)) {
        const text = readFileSync(path, 'latin1').toLowerCase();
        for (const secret of secrets) expect(text.includes(secret), path).toBe(false);
      }
  }, 120_000);
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path) && statSync(path).isFile());
}
