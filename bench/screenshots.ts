/**
 * Makes the pictures in docs/images: a training run and an evaluation on the simulator, their reports opened in Chromium.
 *
 *   node bench/screenshots.ts        (needs Chromium: apt-get install chromium, or CHROMIUM_PATH)
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { main } from '../src/cli/main.ts';
import { launchBrowser } from '../test/evaluation/browser.ts';

const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'zoo-screenshots-'));
const common = ['--provider', 'sim', '--library', join(folder, 'library'), '-q'];
try {
  await main(['dataset', 'split', 'quickstart', '--parts', 'learn=2,held-out=1', '--output', folder, '-q']);
  const problems = (part: string) => ['--dataset', join(folder, `quickstart-${part}.jsonl`)];
  const runs = ['--runs', join(folder, 'runs'), '--run', 'quickstart'];
  await main([
    'train',
    ...problems('learn'),
    ...common,
    ...runs,
    '--batch-size',
    '16',
    '--epochs',
    '3',
    '--gate',
    'epoch',
  ]);
  const evaluation = join(folder, 'evaluation.html');
  await main([
    'eval',
    ...problems('held-out'),
    ...common,
    '--samples',
    '16',
    '--controls',
    'shuffled,other-domain',
    '--html',
    evaluation,
  ]);
  const report = join(folder, 'runs', 'quickstart', 'report.html');
  await take(report, 'light', 'report.png');
  await take(report, 'dark', 'report-experiences.png', 'article.experience');
  await take(evaluation, 'light', 'evaluation.png');
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The top of a page, or what begins at an element; its first details opened. */
async function take(path: string, colorScheme: 'light' | 'dark', name: string, from?: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 1250 }, colorScheme });
    await page.goto(pathToFileURL(path).href);
    if (from !== undefined) {
      const start = page.locator(from).first();
      await start.locator('summary').first().click();
      await start.evaluate((element: { scrollIntoView(): void }) => element.scrollIntoView());
    }
    await page.screenshot({ path: join(images, name) });
  } finally {
    await browser.close();
  }
}
