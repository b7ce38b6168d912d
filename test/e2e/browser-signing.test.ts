import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { developmentAccount } from '../../src/world/chain/keystores.ts';
import { launchBrowser, noBrowser } from '../evaluation/browser.ts';
import { type LocalChain, noAnvil, startLocalChain } from '../world/chain/local-chain.ts';
import { type OpenedPage, type TestWallet, openWithWallets, testWallet } from './test-wallet.ts';
import { type Ended, ensureBuilt, makeFolder, runZoo, startZoo } from './zoo.ts';

const skipped = noAnvil ?? noBrowser;
const keyOf = (index: number) => (developmentAccount(index) as unknown as { privateKey: string }).privateKey;
const addressOf = (index: number) => developmentAccount(index).address;

describe.skipIf(skipped !== undefined)(
  `a wallet in Chromium${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  () => {
    const home = makeFolder();
    let chain: LocalChain;
    let browser: Browser;
    let environment: Record<string, string>;
    let wallet: TestWallet;
    let other: TestWallet;

    beforeAll(async () => {
      await ensureBuilt();
      chain = await startLocalChain();
      browser = await launchBrowser();
      environment = { ZOO_RPC_URL: chain.url };
      await zoo('chain', 'deploy', '--yes', '--wallet', 'dev:0');
      wallet = testWallet('Otter', chain.url, [keyOf(1)]);
      other = testWallet('<b>Heron</b>', chain.url, [keyOf(2)]);
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await chain?.close();
      home.remove();
    });

    async function zoo(...words: string[]): Promise<string> {
      const { code, stdout, stderr } = await runZoo(words, { folder: home.path, environment });
      expect(code, `zoo ${words.join(' ')}\n${stderr}`).toBe(0);
      return stdout;
    }

    /** Starts a command with --browser; resolves with the address of its page. */
    async function begin(...words: string[]): Promise<{ child: ChildProcess; ended: Promise<Ended>; url: string }> {
      const { child, ended } = startZoo([...words, '--browser'], { folder: home.path, environment });
      const url = await new Promise<string>((resolve, reject) => {
        let said = '';
        child.stderr?.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          const found = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]+/.exec(said)?.[0];
          if (found !== undefined) resolve(found);
        });
        child.once('close', () => reject(new Error(`it ended without a page: ${said}`)));
      });
      return { child, ended, url };
    }

    async function choose({ page }: OpenedPage, name: string): Promise<void> {
      await page.getByRole('button', { name }).click();
    }

    it('shows what it is to send, and sends it with the wallet that was chosen among several', async () => {
      const { ended, url } = await begin('delegate', '--json');
      const opened = await openWithWallets(browser, url, [wallet, other]);
      const { page, complaints, requests } = opened;
      // The name of a wallet is text, whatever stands in it.
      expect(await page.getByRole('button', { name: '<b>Heron</b>' }).count()).toBe(1);
      await choose(opened, 'Otter');
      await page.getByRole('button', { name: 'Sign with Otter' }).waitFor();
      const shown = (await page.locator('#request').textContent()) ?? '';
      for (const part of ['Delegate to the account itself', '(KeeperToken)', 'delegate', 'chain 31337', addressOf(1)])
        expect(shown).toContain(part);
      await page.getByRole('button', { name: 'Sign with Otter' }).click();
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
  },
);
