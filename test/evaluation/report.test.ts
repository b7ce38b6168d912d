import { parsePage } from './parse-page.ts';
import { describe, expect, it } from 'vitest';
import { buildReport, type ReportInput } from '../../src/evaluation/report.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { hostileText, sampleRun } from './sample-run.ts';

function inputOf(run = sampleRun(), more: Partial<ReportInput> = {}): ReportInput {
  return {
    ...run,
    entries: run.entries(),
    problems: [{ id: 'p-1', problem: `Find x. ${hostileText}` }],
    configuration: { epochs: 3, student: { temperature: 0.7 } },
    fingerprints: { zoo: '0.1.0', prompts: 'e'.repeat(64) },
    createdAt: '2026-01-01T00:00:00Z',
    sha256,
    ...more,
  };
}

async function parsed(input = inputOf()) {
  const page = await buildReport(input);
  return { page, document: parsePage(page).document };
}

/** Text as a reader sees it, white space collapsed. */
function textOf(element: { readonly textContent: string | null } | null): string {
  return (element?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
}

describe('buildReport', () => {
  it('shows every part of the account', async () => {
    const { document } = await parsed();
    const titles = [...document.querySelectorAll('h2')].map((title) => title.textContent);
    expect(titles).toEqual([
      'Reward per step',
      'Outcomes',
      'Cost by stage',
      'Library growth',
      'Gate',
      'Hamiltonian account',
      'Experiences',
      'Decisions',
      'Configuration and fingerprints',
    ]);
    // Reward, outcomes, cost, growth, operations, and kappa, Psi, Theta.
    expect(document.querySelectorAll('svg[role=img][aria-label]').length).toBe(8);
  });

  it('gives every count its denominator', async () => {
    const { document } = await parsed();
    const cells = [...document.querySelectorAll('#outcomes tbody tr:nth-child(2) td')].map(textOf);
    const { rollouts } = sampleRun().result.steps[0] ?? { rollouts: undefined };
    expect(rollouts?.total).toBe(50);
    const correct = rollouts?.correct ?? 0;
    expect(cells.slice(0, 3)).toEqual(['0', '50', `${correct} ${((100 * correct) / 50).toFixed(1)} %`]);
  });

  it('draws an interval for each step, around the mean over problems', async () => {
    const { document } = await parsed();
    const rows = [...document.querySelectorAll('#reward tbody tr')];
    expect(rows).toHaveLength(6);
    for (const row of rows) {
      const cells = [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim() ?? '');
      const [low, high] = (cells.at(-2) ?? '').match(/[\d.]+/g)?.map(Number) ?? [];
      expect(Number(cells.at(-3))).toBeGreaterThan(low as number);
      expect(Number(cells.at(-3))).toBeLessThan(high as number);
    }
  });

  it('puts the transcripts behind an experience beside it, and says how many it left out', async () => {
    const { document } = await parsed();
    const experience = document.getElementById('exp_1');
    expect(experience?.textContent).toContain('Find x.');
    expect(experience?.querySelectorAll('pre').length).toBe(4);
    expect(textOf(experience)).toContain('1 of 5 transcripts of this group are left out');
    expect(experience?.querySelector('pre')?.textContent).toContain('1.1.0 We factor the expression');
  });

  it('tells what a modified experience was, and what was removed', async () => {
    const run = sampleRun();
    const after = { experiences: run.after.experiences.filter(({ id }) => id !== 'exp_old') };
    const modified = await parsed(inputOf({ ...run, after }));
    expect(modified.document.getElementById('exp_hostile')?.textContent).toContain('When stuck, restate the problem.');
    expect(modified.document.querySelector('#experiences')?.textContent).toContain('0 removed');
    const gone = await parsed(inputOf({ ...run, after: { experiences: [] } }));
    expect(gone.document.querySelector('#experiences')?.textContent).toContain('1 removed');
  });

  it('lets nothing through that a model wrote as markup', async () => {
    const { page, document } = await parsed();
    expect(document.querySelectorAll('script, img, iframe, object, link, [onerror], [style]')).toHaveLength(0);
    expect(page.includes('\u001b')).toBe(false);
    expect(page.includes('\u202e')).toBe(false);
    expect(document.getElementById('exp_hostile')?.textContent).toContain('<script>document.title="owned"</script>');
  });

  it('names no address that a browser would fetch, and allows its own sheet alone', async () => {
    const { page, document } = await parsed();
    expect(document.querySelectorAll('[src], [srcset], [data], [action], base, link')).toHaveLength(0);
    for (const linked of document.querySelectorAll('[href]')) expect(linked.getAttribute('href')).toMatch(/^#/);
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/url\(|@import|https?:/);
    const policy = document.querySelector('meta[http-equiv=Content-Security-Policy]')?.getAttribute('content') ?? '';
    const sheet = document.querySelectorAll('style');
    expect(sheet).toHaveLength(1);
    const digest = Buffer.from(sha256(sheet[0]?.textContent ?? '')).toString('base64');
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`);
  });

  it('has unique ids and links that lead somewhere', async () => {
    const { document } = await parsed();
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...document.querySelectorAll('a')];
    expect(links.length).toBeGreaterThan(8);
    for (const link of links) expect(ids).toContain(link.getAttribute('href')?.slice(1));
  });

  it('tells every decision of the gate once, what it cost, and how candidates scored', async () => {
    const run = sampleRun();
    const account = {
      accepted: false,
      delta: -0.1,
      ci95: [-0.2, 0.05],
      p: 0.2,
      n: 12,
      power: 0.5,
      samples: 2,
      planned: 8,
    };
    const decided = (step: number, data: object, about = 'gate', decision = 'rejected') =>
      ({ type: 'decision', step, about, decision, reason: `round ${step}`, data }) as const;
    const scores = [
      { index: 1, score: 0.75 },
      { index: 0, score: 0.5 },
    ];
    async function* entries() {
      yield* run.entries();
      yield decided(1, scores, 'candidates', 'competed');
      yield decided(2, { ...account, accepted: true, delta: 0.1 });
      yield decided(0, account);
      // Taken up again after a kill.
      yield decided(0, account);
      yield decided(3, { accepted: 'perhaps' });
    }
    const { document } = await parsed(inputOf({ ...run, entries }));
    const [gates, candidates] = [...document.querySelectorAll('#gate table')];
    const rows = [...(gates?.querySelectorAll('tbody tr') ?? [])].map(textOf);
    expect(rows).toEqual([
      expect.stringMatching(/^0\s*not accepted\s*−0.100/),
      expect.stringMatching(/^2\s*accepted\s*\+0.100/),
    ]);
    expect(rows[0]).toContain('2 of 8');
    expect(textOf(candidates?.querySelector('tbody') ?? null)).toContain('candidate 2: 0.750, candidate 1: 0.500');
    expect(textOf(document.querySelector('#gate p'))).toMatch(
      /All decisions together cost [\d,]+ calls and [\d,]+ tokens/,
    );
  });

  it('stands when there is nothing to show', async () => {
    const run = sampleRun({ steps: 0 });
    const { document } = await parsed(
      inputOf({ ...run, result: { ...run.result, dataset: { ...run.result.dataset, gate: 0 }, gate: null } }),
    );
    expect(document.querySelector('#reward')?.textContent).toContain('No rollout was graded');
    expect(document.querySelector('#gate')?.textContent).toContain('The gate was off');
    expect(document.querySelector('#hamiltonian')?.textContent).toContain('kept no Hamiltonian account');
  });

  it('bounds the page of a long run', async () => {
    const run = sampleRun({ steps: 300, problems: 4, samples: 5, characters: 20_000 });
    const { page, document } = await parsed(inputOf(run));
    expect(page.length).toBeLessThan(1_000_000);
    expect(document.querySelector('#reward caption')?.textContent).toContain('100 rows in the middle are left out');
    expect(document.querySelector('#decisions')?.textContent).toContain('The first 200 of 300');
    expect(page).toContain('characters left out');
  });
});
