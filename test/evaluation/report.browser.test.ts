import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { buildEvaluationReport } from '../../src/evaluation/evaluation-report.ts';
import { buildReport } from '../../src/evaluation/report.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { launchBrowser, noBrowser } from './browser.ts';
import { fakeEvaluation, fakeEvaluationWorld, learner } from './fake-evaluation.ts';
import { hostileText, sampleRun } from './sample-run.ts';

describe.skipIf(noBrowser !== undefined)(
  `the report in Chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    let folder: string;
    let address: string;
    let evaluationAddress: string;
    let page: Page;
    const complaints: string[] = [];
    const requests: string[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'zoo-report-'));
      const run = sampleRun();
      const report = await buildReport({
        ...run,
        entries: run.entries(),
        problems: [{ id: 'p-1', problem: hostileText }],
        configuration: { temperature: 0.7 },
        fingerprints: { zoo: '0.1.0' },
        createdAt: '2026-01-01T00:00:00Z',
        sha256,
      });
      await writeFile(join(folder, 'report.html'), report);
      address = pathToFileURL(join(folder, 'report.html')).href;
      const result = await evaluate(fakeEvaluation(learner(0.3, 0.4), { untilDecided: true }), fakeEvaluationWorld());
      const meta = { configuration: {}, fingerprints: {}, createdAt: '2026-01-01T00:00:00Z', sha256 };
      await writeFile(join(folder, 'evaluation.html'), await buildEvaluationReport({ result, ...meta }));
      evaluationAddress = pathToFileURL(join(folder, 'evaluation.html')).href;
      browser = await launchBrowser();
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(address);
    });

    afterAll(async () => {
      await browser?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const styleOf = (selector: string, property: string) =>
      page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`);

    it('opens without a request, an error or a breach of its policy, and runs nothing of a model', async () => {
      expect(complaints).toEqual([]);
      expect(requests).toEqual([address]);
      expect(await page.title()).toBe('zoo report: quickstart-seed-0');
    });

    it('applies its own sheet, in light and in dark', async () => {
      await page.emulateMedia({ colorScheme: 'light' });
      expect(await styleOf('html', 'backgroundColor')).toBe('rgb(252, 252, 250)');
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await styleOf('html', 'backgroundColor')).toBe('rgb(21, 23, 26)');
      await page.emulateMedia({ colorScheme: 'light' });
    });

    it('draws its charts in visible colours', async () => {
      expect(await page.locator('svg[role=img]').count()).toBe(8);
      const line = '#reward svg g[stroke-linejoin=round] path';
      expect(await styleOf(line, 'stroke')).toBe('rgb(11, 98, 168)');
      expect((await page.locator(line).boundingBox())?.width).toBeGreaterThan(400);
    });

    it('fits a wide and a narrow window without scrolling sideways', async () => {
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      }
    });

    it('prints with its transcripts and without navigation', async () => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('nav').isVisible()).toBe(false);
      expect((await page.locator('#exp_1 pre').first().boundingBox())?.height).toBeGreaterThan(20);
      expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
      await page.emulateMedia({ media: 'screen' });
    });

    it('opens transcripts by keyboard', async () => {
      const transcript = page.locator('#exp_1 pre').first();
      expect(await transcript.isVisible()).toBe(false);
      await page.locator('#exp_1 summary').first().focus();
      await page.keyboard.press('Enter');
      expect(await transcript.isVisible()).toBe(true);
      expect(await transcript.textContent()).toContain('We factor the expression');
    });

    it('has no accessibility defect that axe knows of, in light and in dark', async () => {
      // axe is a script, which the page's policy refuses; here it is let in on purpose.
      const audited = await browser.newPage({ bypassCSP: true });
      for (const place of [address, evaluationAddress]) {
        await audited.goto(place);
        await audited.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
        await audited.addScriptTag({ content: axe.source });
        for (const colorScheme of ['light', 'dark'] as const) {
          await audited.emulateMedia({ colorScheme });
          const defects = await audited.evaluate(
            'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 120))]))',
          );
          expect(defects).toEqual([]);
        }
      }
    });
  },
);
