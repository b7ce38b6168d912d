import type { StepAccount, TrainResult, UsageTotals } from '../../src/core/learning/account.ts';
import { countOutcomes, type Outcome, rewardOf } from '../../src/core/learning/outcome.ts';
import { mean, populationDeviation } from '../../src/core/learning/statistics.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import type { Library } from '../../src/core/library/library.ts';
import { randomFor } from '../../src/core/random.ts';
import type { JournalEntry } from '../../src/world/journal/journal.ts';

/** Text that would be a script, an attribute or a control sequence if anything let it through. */
export const hostileText =
  '<script>document.title="owned"</script><img src=x onerror="document.title=1">"\'&amp; \u001b[31mred \u202eright';

export interface SampleRun {
  readonly result: TrainResult;
  readonly before: Library;
  readonly after: Library;
  readonly fingerprint: string;
  entries(): AsyncIterable<JournalEntry>;
}

const lessons = [
  'When a geometry answer must be an integer, check each case against the triangle inequality before summing.',
  'When counting arrangements with symmetry, count the fixed ones under each rotation, then average.',
  'When a recurrence resists a closed form, compute its first terms modulo the target and look for a period.',
  'When a sum telescopes only in pairs, split it by parity first, then cancel neighbours.',
];

/** A made-up run with everything that a report shows: every outcome, hostile answers, changed experiences. */
export function sampleRun(
  shape: { steps?: number; problems?: number; samples?: number; characters?: number } = {},
): SampleRun {
  const { steps = 6, problems = 10, samples = 5, characters = 400 } = shape;
  const fingerprint = 'f'.repeat(64);
  const accounts: StepAccount[] = [];
  for (let step = 0; step < steps; step++) {
    const outcomes: Outcome[] = [];
    for (let problem = 0; problem < problems; problem++) {
      for (let sample = 0; sample < samples; sample++) outcomes.push(outcomeOf(step, problem, sample, steps));
    }
    const rewards = outcomes.flatMap((outcome) => rewardOf(outcome) ?? []);
    accounts.push({
      epoch: Math.floor(step / 2),
      step,
      groups: problems,
      contested: Math.ceil(problems / 2),
      rollouts: countOutcomes(outcomes),
      predicted: 0,
      saved: 3,
      operations: {
        proposed: 9,
        accepted: 4,
        rejected: [
          { reason: 'duplicate', count: 3 },
          { reason: 'problem-specific', count: 1 },
          { reason: 'too-long', count: 1 },
        ],
        carried: step === 1 ? 2 : 0,
      },
      reward: { mean: mean(rewards), std: populationDeviation(rewards), groups: 4 },
      hamiltonian: hamiltonianOf(step, 0),
      experiences: 2 + step * 3,
    });
  }
  const before = { experiences: [experience('exp_old', 'When stuck, restate the problem.', [])] };
  const after = {
    experiences: [
      ...before.experiences,
      ...lessons.map((text, index) => experience(`exp_${index}`, text, [Math.min(index, steps - 1)])),
      { ...experience('exp_hostile', hostileText, [0]), lineage: ['exp_old'] },
    ],
  };
  const stage = (calls: number, prompt: number, completion: number): UsageTotals => ({
    calls,
    promptTokens: prompt,
    cachedTokens: Math.round(prompt * 0.6),
    completionTokens: completion,
    usd: prompt * 2.7e-7 + completion * 1.1e-6,
  });
  const total = steps * problems * samples;
  const byStage = {
    rollout: stage(total, total * 900, total * 700),
    summarize: stage(total, total * 1500, total * 160),
    extract: stage(steps * 6, steps * 15_000, steps * 1800),
    consolidate: stage(steps * 3, steps * 8000, steps * 1500),
    gate: stage(steps * 40, steps * 40_000, steps * 30_000),
  };
  const sum = (key: 'calls' | 'promptTokens' | 'cachedTokens' | 'completionTokens') =>
    Object.values(byStage).reduce((all, one) => all + one[key], 0);
  const result: TrainResult = {
    run: 'quickstart-seed-0',
    status: 'completed',
    dataset: { name: 'quickstart', sha256: 'd'.repeat(64), train: problems, gate: 12 },
    model: { provider: 'sim', student: 'sim-student', teacher: 'sim-teacher' },
    library: {
      before: { version: 'v1', root: 'a'.repeat(64), count: before.experiences.length },
      after: { version: 'v2', root: 'b'.repeat(64), count: after.experiences.length },
    },
    steps: accounts,
    gate: { accepted: true, delta: 0.12, ci95: [0.03, 0.21], p: 0.012, n: 12, power: 0.64, samples: 4, planned: 8 },
    usage: {
      calls: sum('calls'),
      promptTokens: sum('promptTokens'),
      cachedTokens: sum('cachedTokens'),
      completionTokens: sum('completionTokens'),
      usd: 1.37,
      byStage,
    },
    time: { wallMs: 83_400, efficiency: 0.94 },
    resumedFrom: null,
  };
  return { result, before, after, fingerprint, entries: () => journal(steps, problems, samples, characters) };
}

async function* journal(
  steps: number,
  problems: number,
  samples: number,
  characters: number,
): AsyncGenerator<JournalEntry> {
  const filler = 'We factor the expression and compare both sides. '.repeat(Math.ceil(characters / 49));
  for (let step = 0; step < steps; step++) {
    for (let problem = 0; problem < problems; problem++) {
      const problemId = `p-${problem}`;
      for (let sample = 0; sample < samples; sample++) {
        const text = `${problem === 0 && sample === 0 ? hostileText : ''} ${step}.${problem}.${sample} ${filler}`;
        yield {
          type: 'call',
          key: `${step}-${problem}-${sample}`,
          purpose: { stage: 'rollout', role: 'student', item: problemId, step },
          model: { provider: 'sim', model: 'sim-student', endpoint: 'sim' },
          messages: ['m'],
          sample: { index: sample, seed: sample },
          result: {
            kind: 'completion',
            text: text.slice(0, characters),
            reasoning: '',
            finish: 'stop',
            usage: { promptTokens: 900, cachedTokens: 600, completionTokens: 700 },
            usageReported: true,
            timing: { firstTokenMs: 1, totalMs: 2 },
          },
          at: 0,
        };
        yield {
          type: 'rollout',
          step,
          problemId,
          sample,
          digest: digestOf(step, problem, sample),
          outcome: outcomeOf(step, problem, sample, steps),
        };
      }
      const data = hamiltonianOf(step, problem);
      yield { type: 'decision', step, about: problemId, decision: 'hamiltonian', reason: '', data };
    }
    yield { type: 'decision', step, about: 'p-1', decision: 'group-skipped', reason: `no spread ${hostileText}` };
  }
}

function outcomeOf(step: number, problem: number, sample: number, steps: number): Outcome {
  const random = randomFor(3, step, problem, sample);
  const draw = random();
  if (draw < 0.03) return { kind: 'failed', boundary: 'model', code: 'connection-reset', reason: 'reset by peer' };
  if (draw < 0.07) return { kind: 'truncated', reason: 'it ran into the token limit' };
  if (draw < 0.09) return { kind: 'unparseable', reason: 'no answer was found' };
  const chance = 0.25 + (0.45 * step) / Math.max(1, steps - 1) + 0.04 * (problem % 5);
  return random() < chance
    ? { kind: 'correct', reward: 1, answer: '42', reason: 'equal' }
    : { kind: 'wrong', reward: 0, answer: sample === 1 ? hostileText : '41', reason: 'differs from the truth' };
}

function hamiltonianOf(step: number, problem: number) {
  const random = randomFor(5, step, problem);
  const psi = step * 0.4 + 0.2 * random();
  const theta = 0.9 / (1 + psi) + 0.1 * random();
  return { psi, theta, kappa: psi * theta };
}

function digestOf(step: number, problem: number, sample: number): string {
  return `${step}-${problem}-${sample}`.padEnd(64, '0');
}

function experience(id: string, text: string, steps: readonly number[]): Experience {
  return {
    id,
    domain: 'math.algebra',
    text,
    confidence: 0.7,
    examples: [],
    metadata: {
      created_at: '2026-01-01T00:00:00Z',
      created_by: 'zoo',
      votes: { upvotes: 2, downvotes: 0 },
      usage_count: 4,
    },
    embedding: null,
    lineage: [],
    evidence: steps.map((step) => ({
      run: 'f'.repeat(64),
      step,
      group: `p-${step}`,
      rollouts: [0, 1, 2, 3, 4].map((sample) => digestOf(step, step, sample)),
      model: 'sim-student',
      prompt_hash: 'e'.repeat(64),
    })),
  };
}
