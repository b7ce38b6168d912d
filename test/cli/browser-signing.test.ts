import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { warpChain } from '../../src/world/chain/development.ts';
import { developmentAccount } from '../../src/world/chain/keystores.ts';
import { launchBrowser, noBrowser } from '../evaluation/browser.ts';
import { type LocalChain, noAnvil, startLocalChain } from '../world/chain/local-chain.ts';
import { type OpenedPage, type TestWallet, openWithWallets, testWallet } from './test-wallet.ts';
import type { FakeHost } from './fake-host.ts';
import { type Said, type ZooInProcess, zooInProcess } from './zoo-in-process.ts';

const skipped = noAnvil ?? noBrowser;
const keyOf = (index: number) => (developmentAccount(index) as unknown as { privateKey: string }).privateKey;
const addressOf = (index: number) => developmentAccount(index).address;

describe.skipIf(skipped !== undefined)(
  `a wallet in Chromium${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  () => {
    let chain: LocalChain;
    let browser: Browser;
    let cli: ZooInProcess;
    let wallet: TestWallet;
    let other: TestWallet;

    beforeAll(async () => {
      chain = await startLocalChain();
      browser = await launchBrowser();
      cli = zooInProcess({ ZOO_RPC_URL: chain.url });
      await cli.zoo('chain', 'deploy', '--yes', '--wallet', 'dev:0');
      wallet = testWallet('Otter', chain.url, [keyOf(1)]);
      other = testWallet('<b>Heron</b>', chain.url, [keyOf(2)]);
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await chain?.close();
      cli?.remove();
    });

    /** Starts a command with --browser; resolves with the address of its page. */
    async function begin(...words: string[]): Promise<{ host: FakeHost; ended: Promise<Said>; url: string }> {
      const { host, ended } = cli.start([...words, '--browser']);
      const url = await vi.waitFor(
        () => {
          const found = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]+/.exec(host.written.stderr())?.[0];
          if (found === undefined) throw new Error(`no page: ${host.written.stderr()}`);
          return found;
        },
        { timeout: 30_000 },
      );
      return { host, ended, url };
    }

    async function choose({ page }: OpenedPage, name: string): Promise<void> {
      await page.getByRole('button', { name }).click();
    }

    async function sign({ page }: OpenedPage): Promise<void> {
      await page.getByRole('button', { name: /^Sign with/ }).click();
    }

    /** What axe finds that keeps people from using the page. */
    async function defectsOf({ page }: OpenedPage): Promise<unknown> {
      await page.evaluate(axe.source);
      const found: unknown[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const run =
          'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))';
        found.push(...(await page.evaluate<unknown[]>(run)));
      }
      return found;
    }

    const failureOf = ({ code, stderr }: Said) => [code, /error \[([\w-]+)\]/.exec(stderr)?.[1] ?? stderr];

    it('shows what it is to send, and sends it with the wallet that was chosen among several', async () => {
      const { ended, url } = await begin('delegate', '--json');
      const opened = await openWithWallets(browser, url, [wallet, other]);
      const { page, complaints, requests } = opened;
      // The name of a wallet is text, whatever stands in it.
      await page.getByRole('button', { name: '<b>Heron</b>' }).waitFor();
      await choose(opened, 'Otter');
      await page.getByRole('button', { name: 'Sign with Otter' }).waitFor();
      const shown = (await page.locator('#request').textContent()) ?? '';
      for (const part of ['Delegate to the account itself', '(KeeperToken)', 'delegate', 'chain 31337', addressOf(1)])
        expect(shown).toContain(part);
      expect(await defectsOf(opened)).toEqual([]);
      await sign(opened);
      const { code, stdout, stderr } = await ended;
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ from: addressOf(1), call: { function: 'delegate' } });
      await page.getByText('Done. You can close this page.').waitFor();
      expect(complaints).toEqual([]);
      const origin = new URL(url).origin;
      expect(requests.filter((address) => !address.startsWith(origin) && !address.startsWith('data:'))).toEqual([]);
      expect(page.url()).toBe(`${origin}/`);
      expect(other.calls).toEqual([]);
    }, 60_000);

    it('asks for another account and another chain where the wallet has those, and goes on once they are right', async () => {
      const { ended, url } = await begin('delegate', '--account', addressOf(2), '--json');
      const changing = testWallet('Otter', chain.url, [keyOf(1)]);
      changing.state.chainId = 1;
      const opened = await openWithWallets(browser, url, [changing], { legacy: true });
      const { page } = opened;
      await choose(opened, 'The wallet of this browser');
      await page.getByText(`This is for the account ${addressOf(2)}.`).waitFor();
      changing.state.keys = [keyOf(1), keyOf(2)];
      await page.getByRole('button', { name: 'Choose accounts' }).click();
      await page
        .getByText('This is for the local chain (chain 31337). The wallet of this browser is on chain 1.')
        .waitFor();
      await page.getByRole('button', { name: 'Switch to chain 31337' }).click();
      await sign(opened);
      const { code, stdout, stderr } = await ended;
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ from: addressOf(2) });
    }, 60_000);

    it('sends nothing when the person refuses, in the wallet or on the page', async () => {
      wallet.state.mood = 'refusing';
      const inWallet = await begin('delegate');
      const opened = await openWithWallets(browser, inWallet.url, [wallet]);
      await choose(opened, 'Otter');
      await sign(opened);
      expect(failureOf(await inWallet.ended)).toEqual([1, 'wallet-refused']);
      await opened.page.getByText('refused in the wallet; nothing was sent').waitFor();

      wallet.state.mood = 'willing';
      const onPage = await begin('delegate');
      const again = await openWithWallets(browser, onPage.url, [wallet]);
      await choose(again, 'Otter');
      await again.page.getByRole('button', { name: 'Refuse' }).click();
      expect(failureOf(await onPage.ended)).toEqual([1, 'wallet-refused']);
    }, 60_000);

    it('lets a person try again when the wallet fails or has changed its chain, also after the page was reloaded', async () => {
      const { ended, url } = await begin('delegate');
      const opened = await openWithWallets(browser, url, [wallet]);
      const { page } = opened;
      await choose(opened, 'Otter');
      await page.getByRole('button', { name: 'Sign with Otter' }).waitFor();
      await page.reload();
      await choose(opened, 'Otter');
      wallet.state.mood = 'failing';
      await sign(opened);
      await page.getByText('The wallet did not do it: The device is locked.').waitFor();
      wallet.state.mood = 'willing';
      wallet.state.chainId = 5;
      const asked = wallet.calls.filter((method) => method === 'eth_sendTransaction').length;
      await sign(opened);
      await page.getByText('Otter is on chain 5.').waitFor();
      expect(wallet.calls.filter((method) => method === 'eth_sendTransaction')).toHaveLength(asked);
      await page.getByRole('button', { name: 'Switch to chain 31337' }).click();
      await sign(opened);
      expect((await ended).code).toBe(0);
    }, 60_000);

    it('tells when a wallet sent something else than was shown, and when it signed something else', async () => {
      wallet.state.mood = 'cheating';
      const sending = await begin('delegate');
      const opened = await openWithWallets(browser, sending.url, [wallet]);
      await choose(opened, 'Otter');
      await sign(opened);
      expect(failureOf(await sending.ended)).toEqual([5, 'wallet-changed-call']);

      const signing = await begin('wallet', 'sign', 'I am Otter');
      const again = await openWithWallets(browser, signing.url, [wallet]);
      await choose(again, 'Otter');
      await sign(again);
      expect(failureOf(await signing.ended)).toEqual([5, 'wrong-signature']);
      wallet.state.mood = 'willing';
    }, 60_000);

    it('ends when the page is closed, and when nobody opens it', async () => {
      const { ended, url } = await begin('delegate');
      const { page } = await openWithWallets(browser, url, [wallet]);
      await page.getByRole('button', { name: 'Otter' }).waitFor();
      await page.close();
      expect(failureOf(await ended)).toEqual([1, 'browser-closed']);
      const unopened = await begin('delegate', '--browser-timeout', '1s');
      expect(failureOf(await unopened.ended)).toEqual([1, 'browser-timeout']);
    }, 60_000);

    it('lets one page alone use the address', async () => {
      const { host, ended, url } = await begin('delegate');
      const first = await openWithWallets(browser, url, [wallet]);
      await first.page.getByRole('button', { name: 'Otter' }).waitFor();
      const second = await openWithWallets(browser, url, [wallet]);
      await second.page.getByText('This address was used already').waitFor();
      expect(await second.page.getByRole('button', { name: 'Otter' }).count()).toBe(0);
      host.interrupt();
      expect((await ended).code).toBe(130);
    }, 60_000);

    it('signs the permit of a stake and then the proposal, and a ballot that others cast', async () => {
      await cli.zoo('ledger', 'add', 'When a text comes from elsewhere, show it as the text that it is.');
      await cli.zoo('ledger', 'commit', '-m', 'One <img src=x onerror=alert(1)>');
      await cli.zoo('publish');
      const proposing = await begin('propose', '--without-gate', '--json');
      const opened = await openWithWallets(browser, proposing.url, [wallet]);
      const { page, complaints } = opened;
      await choose(opened, 'Otter');
      await page.getByRole('heading', { name: 'Sign: Permit' }).waitFor();
      const permit = (await page.locator('#fields').textContent()) ?? '';
      for (const part of ['(BondVault)', '(1000.0 KEEPER)', '(KeeperToken)']) expect(permit).toContain(part);
      await sign(opened);
      await page.getByRole('heading', { name: /^Propose v1/ }).waitFor();
      expect(await page.locator('#fields').textContent()).toMatch(/img src=x onerror=alert/);
      expect(await page.locator('#fields img').count()).toBe(0);
      await sign(opened);
      const { code, stdout, stderr } = await proposing.ended;
      expect(code, stderr).toBe(0);
      const { proposal } = JSON.parse(stdout) as { proposal: string };
      expect(complaints).toEqual([]);

      const words = ['vote', proposal, 'for', '--reason', 'It generalises', '--sign-only', '--out', 'ballot.json'];
      const balloting = await begin(...words);
      const again = await openWithWallets(browser, balloting.url, [wallet]);
      await choose(again, 'Otter');
      await again.page.getByRole('heading', { name: 'Sign: ExtendedBallot' }).waitFor();
      const ballot = await again.page.locator('#fields').textContent();
      for (const part of ['It generalises', '1 (for)', 'ZooGovernor']) expect(ballot).toContain(part);
      await sign(again);
      expect(await balloting.ended).toMatchObject({ code: 0 });
      await warpChain(chain.url, 31_337, 25 * 3600);
      const relayed = await cli.zoo('relay', 'ballot.json', '--yes', '--json', '--wallet', 'dev:3');
      expect(JSON.parse(relayed)).toMatchObject({ ballots: [{ voter: addressOf(1), choice: 'for', state: 'cast' }] });
    }, 120_000);
  },
);
