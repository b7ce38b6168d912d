import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { fakeHost } from '../fake-host.ts';
import { ledgerJson, runLedger } from './run-ledger.ts';

let folder: string;
let id: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-why-'));
  const words = 'train --dataset quickstart --provider sim --limit 12 --epochs 1 --run taught --no-live -q'.split(' ');
  expect(await main(words, fakeHost({ folder }))).toBe(0);
  const { experiences } = await ledgerJson(folder, ['list']);
  id = experiences.find(({ evidence }: { evidence: unknown[] }) => evidence.length > 0).id;
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('zoo ledger why', () => {
  it('leads to every rollout that the evidence names, with what was asked, said and made of it', async () => {
    const told = await ledgerJson(folder, ['why', id]);
    expect(told.changes).toMatchObject([{ change: 'added', entry: { version: 'v1' } }]);
    expect(told.groups).toHaveLength(told.experience.evidence.length);
    for (const [index, group] of told.groups.entries()) {
      const { rollouts, group: problemId, step } = told.experience.evidence[index];
      expect(group).toMatchObject({ run: 'taught', problemId, step, missing: 0 });
      expect(group.problem).toMatch(/\w+/);
      expect(group.problem).not.toContain('<problem>');
      expect(new Set(group.rollouts.map(({ digest }: { digest: string }) => digest))).toEqual(new Set(rollouts));
      for (const rollout of group.rollouts) {
        expect(rollout.text).not.toBe('');
        // Of a group that is learned from, two winners and two losers are summarised.
        if (rollout.summary !== null) expect(rollout.summary).toMatch(/\w+/);
      }
    }
    const summarised = told.groups.flatMap(
      ({ rollouts }: { rollouts: { summary: string | null; outcome: string }[] }) =>
        rollouts.filter(({ summary }) => summary !== null).map(({ outcome }) => outcome),
    );
    expect(new Set(summarised)).toEqual(new Set(['correct', 'wrong']));
    const outcomes = told.groups.flatMap(({ rollouts }: { rollouts: { outcome: string }[] }) =>
      rollouts.map(({ outcome }) => outcome),
    );
    expect(outcomes).toContain('correct');
  });

  it('follows an experience that was reworded since', async () => {
    await runLedger(folder, ['edit', id, '--text', 'When a count is asked, count in two ways and compare.']);
    const told = await ledgerJson(folder, [
      'why',
      (await ledgerJson(folder, ['search', 'count in two ways'])).found[0].experience.id,
    ]);
    expect(told.changes.map(({ record }: { record: { id: string } }) => record.id)[0]).toBe(id);
    expect(told.groups[0]).toMatchObject({ run: 'taught', missing: 0 });
    await runLedger(folder, ['revert', 'v1', '--whole', '--no-commit']);
  });

  it('follows what was imported elsewhere, folded, merged and taken back', async () => {
    const zoo = (line: string, ...words: string[]) => runLedger(folder, [...line.split(' '), ...words]);
    const { groups } = await ledgerJson(folder, ['why', id]);
    const text = (await ledgerJson(folder, ['show', id])).experiences[0].text as string;
    await zoo('export --format jsonl --output taught.jsonl');
    await zoo('import taught.jsonl --library other');
    await zoo('commit -m Import --library other');
    expect((await ledgerJson(folder, ['why', id, '--library', 'other'])).groups).toEqual(groups);
    // A near copy that nothing taught is folded into it, and it is reworded in a library that is merged.
    await zoo('add --library other', `${text.replace(/\.$/, '')} then.`);
    await zoo('dedupe --library other --threshold 0.7');
    await zoo('commit -m Fold --library other --allow-empty');
    const folded = (await ledgerJson(folder, ['list', '--library', 'other'])).experiences.find(
      ({ evidence }: { evidence: unknown[] }) => evidence.length === groups.length,
    );
    expect((await ledgerJson(folder, ['why', folded.id, '--library', 'other'])).groups).toEqual(groups);
    const said = 'When a count is asked, list small cases before any formula.';
    await zoo(`edit ${folded.id} --library other --text`, said);
    await zoo('commit -m Reword --library other');
    await zoo('merge other --base taught.jsonl');
    const { id: merged } = (await ledgerJson(folder, ['search', 'list', 'small', 'cases'])).found[0].experience;
    const told = await ledgerJson(folder, ['why', merged]);
    expect(told.groups).toEqual(groups);
    expect(told.changes.at(-1)).toMatchObject({ change: 'modified', record: { text: said } });
    expect((await zoo(`why ${merged}`)).stdout).toMatch(/^ {2}v\d+ +modified: text/m);
    await zoo('revert HEAD');
    expect((await ledgerJson(folder, ['why', id])).groups).toEqual(groups);
  });

  it('prints it for people, shortened unless asked otherwise', async () => {
    const { stdout } = await runLedger(folder, ['why', id, '--rollouts', '1']);
    expect(stdout).toMatch(/run taught, step 0, problem quickstart-\S+, zoo-sim-student: \d of \d correct/);
    expect(stdout).toMatch(/ {2}sample \d: (correct|wrong)/);
    expect(stdout).toContain('--full shows them');
    expect((await runLedger(folder, ['why', id, '--full'])).stdout).not.toContain('--full shows them');
  });

  it('tells evidence and cost in the comment of a pull request', async () => {
    await writeFile(join(folder, 'empty.json'), '{"experiences":[]}');
    const { runs } = await ledgerJson(folder, ['diff', 'empty.json', 'HEAD']);
    expect(runs).toMatchObject([{ run: 'taught', models: ['zoo-sim-student'], result: { status: 'completed' } }]);
    const { stdout } = await runLedger(folder, ['diff', 'empty.json', '--markdown']);
    expect(stdout).toMatch(
      /\| `taught` \| zoo\\-sim\\-student \| \d+ \| \d+ \| \d\.\d+ → \d\.\d+ \| \d+ \| \d+ \| \$0\.0000 \|/,
    );
    expect(stdout).toMatch(/learned from \d+ rollouts of `quickstart-/);
  });

  it('says so when the journal is not here', async () => {
    await rename(join(folder, 'runs/taught'), join(folder, 'away'));
    const told = await ledgerJson(folder, ['why', id]);
    expect(told.groups[0]).toMatchObject({
      run: null,
      rollouts: [],
      missing: told.experience.evidence[0].rollouts.length,
    });
    expect((await runLedger(folder, ['why', id])).stdout).toContain('which is not among the runs here');
    expect((await runLedger(folder, ['why', id])).stdout).not.toContain('0 of 0');
  });
});
