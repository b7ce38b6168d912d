import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPseudoTerminal, runOnTerminal } from './pseudo-terminal.ts';
import { ensureBuilt, makeFolder } from './zoo.ts';

const home = makeFolder();
beforeAll(ensureBuilt, 60_000);
afterAll(() => home.remove());

async function onTerminal(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { written, code } = await runOnTerminal(words, { folder: home.path, environment });
  expect(code).toBe(0);
  return written;
}

const train = ['train', '--dataset', 'quickstart', '--provider', 'sim', '--limit', '12', '--epochs', '1'];

describe.skipIf(!hasPseudoTerminal)('on a terminal (skipped where python3 has no pty module)', () => {
  it('draws the stages, redraws in place, and leaves the last frame and the account', async () => {
    const written = await onTerminal([...train, '--library', 'one']);
    expect(written).toMatch(/rollouts +█/);
    expect(written).toContain('\u001B[2K');
    expect(written.lastIndexOf('status   completed')).toBeGreaterThan(written.lastIndexOf('rollouts'));
    expect(written).not.toContain('step 1 done');
  });

  it.each([
    ['--no-live', [...train, '--library', 'two', '--no-live'], {}],
    ['CI', [...train, '--library', 'three'], { CI: 'true' }],
    ['TERM=dumb', [...train, '--library', 'four'], { TERM: 'dumb' }],
  ])('%s gives plain lines', async (_, words, environment) => {
    const written = await onTerminal(words, environment);
    expect(written).toContain('step 1 done');
    expect(written).not.toContain('█');
    expect(written).not.toContain('\u001B[2K');
  });

  it('NO_COLOR keeps the view and takes the colour', async () => {
    const written = await onTerminal([...train, '--library', 'five'], { NO_COLOR: '1' });
    expect(written).toMatch(/rollouts +█/);
    for (const colour of ['31', '32', '33']) expect(written).not.toContain(`\u001B[${colour}m`);
  });
});
