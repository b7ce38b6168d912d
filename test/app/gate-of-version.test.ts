import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/app/config.ts';
import { gateOfVersion, gateText } from '../../src/app/gate-of-version.ts';
import type { CommitEntry } from '../../src/ledger/history.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-gate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const accepted = { accepted: true, delta: 0.25, ci95: [-0.05, 0.5], n: 8 };
const refused = { ...accepted, accepted: false, delta: -0.25 };

function addRun(name: string, fingerprint: string, result: object | undefined): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'run.json'), JSON.stringify({ fingerprint }));
  if (result !== undefined) writeFileSync(join(folder, name, 'result.json'), JSON.stringify(result));
}

async function gateOf(evidence: unknown) {
  const config = { settings: { runs: folder } } as unknown as Config;
  return await gateOfVersion(config, { version: 'v3', commit: { evidence } } as unknown as CommitEntry);
}

describe('gateOfVersion', () => {
  it('tells what the gate of the run measured that made the version', async () => {
    addRun('one', 'aa', { status: 'completed', gate: accepted });
    addRun('other', 'bb', { status: 'completed', gate: null });
    const gate = await gateOf({ run: 'aa', dataset: 'd' });
    expect(gate).toEqual({ state: 'accepted', run: 'one', delta: 0.25, ci95: [-0.05, 0.5], n: 8 });
    expect(gateText(gate)).toBe('accepted, +25.0 points (95 %: -5.0 to +50.0) on 8 held-out problems');
  });

  it('takes a run that completed for one whose gate accepted what it kept, though it refused the last', async () => {
    addRun('one', 'aa', { status: 'completed', gate: refused });
    expect(await gateOf({ run: 'aa' })).toMatchObject({ state: 'accepted' });
  });

  it.each([
    ['refused', { status: 'rejected', gate: refused }, 'refused what it learned'],
    ['off', { status: 'completed', gate: null }, 'had no gate'],
    ['unknown', undefined, 'is not among the runs here'],
  ])('tells a gate that is %s', async (state, result, words) => {
    addRun('one', 'aa', result);
    const gate = await gateOf({ run: 'aa' });
    expect(gate).toMatchObject({ state, reason: expect.stringContaining(words) });
  });

  it.each([null, {}, { run: 7 }, 'aa', { run: 'cc' }])('takes no evidence %j for a gate', async (evidence) => {
    addRun('one', 'aa', { status: 'completed', gate: accepted });
    expect((await gateOf(evidence)).state).toMatch(/^(none|unknown)$/);
  });
});
