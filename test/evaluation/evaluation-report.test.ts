import { parsePage } from './parse-page.ts';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { buildEvaluationReport } from '../../src/evaluation/evaluation-report.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { fakeEvaluation, fakeEvaluationWorld, learner, problems } from './fake-evaluation.ts';
import { hostileText } from './sample-run.ts';

async function pageOf(...changes: Parameters<typeof fakeEvaluation>) {
  const result = await evaluate(fakeEvaluation(...changes), fakeEvaluationWorld());
  const page = await buildEvaluationReport({
    result,
    configuration: { samples: 8 },
    fingerprints: { zoo: '0.1.0' },
    createdAt: '2026-01-01T00:00:00Z',
    sha256,
  });
  return { result, page, document: parsePage(page).document };
}

describe('buildEvaluationReport', () => {
  it('shows verdict, comparison, arms, outcomes, problems and plan', async () => {
    const { document, result } = await pageOf(learner(0.4, 0.3));
    expect(document.querySelector('h1 .badge')?.textContent).toBe('better');
    expect(document.querySelectorAll('svg[role=img][aria-label]').length).toBe(3);
    const row = [...document.querySelectorAll('#comparison tbody td')].map(({ textContent }) => textContent?.trim());
    expect(row.slice(0, 2)).toEqual(['with', 'without']);
    expect(row[2]).toBe(`+${result.paired?.delta.toFixed(3)}`);
    expect(document.querySelectorAll('#problems tbody tr')).toHaveLength(24);
    expect(document.querySelectorAll('#problems svg circle')).toHaveLength(24);
    expect(document.querySelector('#plan')?.textContent).toContain('384 samples at most');
  });

  it('shows the looks of a comparison that stopped early', async () => {
    const { document, result } = await pageOf(learner(0.2, 0.6), { untilDecided: true, samples: 32 });
    const tables = document.querySelectorAll('#comparison table');
    expect(tables[1]?.querySelectorAll('tbody tr')).toHaveLength(result.sequential?.looks.length ?? -1);
  });

  it('escapes what datasets and models wrote', async () => {
    const hostile = problems.map((problem, index) => ({ ...problem, id: `${index} ${hostileText}` }));
    const { page, document } = await pageOf(learner(0.5, 0), { problems: hostile });
    expect(document.querySelectorAll('script, img, [onerror], [style]')).toHaveLength(0);
    expect(page.includes('\u001b')).toBe(false);
  });

  it('stands for a single arm', async () => {
    const arms = fakeEvaluation(learner(0.5, 0)).arms.slice(0, 1);
    const { document } = await pageOf(learner(0.5, 0), { arms });
    expect(document.querySelector('#comparison')?.textContent).toContain('A single arm was measured');
    expect(document.querySelector('h1 .badge')).toBeNull();
  });
});
