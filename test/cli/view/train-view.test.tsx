import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../../src/core/learning/event.ts';
import { createTrainStore } from '../../../src/cli/view/store.ts';
import { TrainView } from '../../../src/cli/view/train-view.tsx';

const usage = { promptTokens: 100, cachedTokens: 50, completionTokens: 20 };
const events: TrainEvent[] = [
  { type: 'run-started', run: 'r1', steps: 3, groups: 6, groupSize: 5 },
  { type: 'step-started', epoch: 0, step: 0, groups: 2 },
  { type: 'call-finished', stage: 'rollout', usage, usd: 0.01, milliseconds: 5 },
  rollout('correct', 1),
  rollout('wrong', 0),
  { type: 'rollout', step: 0, problemId: 'p1', sample: 2, outcome: { kind: 'truncated', reason: 'limit' } },
  { type: 'group', step: 0, problemId: 'p1', contested: true, rewardMean: 0.5 },
  { type: 'extraction', step: 0, problemId: 'p1', proposed: 2, rejected: 1 },
  { type: 'experience', step: 0, change: 'added', id: 'exp_1', text: 'When \u001B[31mred, look\nagain.' },
  { type: 'concurrency', role: 'student', limit: 8, active: 3, waiting: 1 },
  { type: 'warning', code: 'truncated', message: 'Answers are cut', hint: 'raise --max-tokens' },
  { type: 'warning', code: 'truncated', message: 'Answers are cut', hint: 'raise --max-tokens' },
];

function rollout(kind: 'correct' | 'wrong', reward: number): TrainEvent {
  return { type: 'rollout', step: 0, problemId: 'p1', sample: 0, outcome: { kind, reward, answer: '1', reason: '' } };
}

describe('TrainView', () => {
  it('shows stages, outcomes, reward, spend, concurrency, newest experiences and warnings', () => {
    const store = createTrainStore();
    for (const event of events) store.observe(event);
    const { lastFrame, unmount } = render(<TrainView store={store} elapsed={() => 65_000} coloured={false} />);
    const frame = lastFrame() ?? '';
    unmount();
    expect(frame).toContain('r1 · step 1/3');
    expect(frame).toContain('1:05');
    expect(frame).toContain('1/3 correct, 1 wrong, 1 truncated');
    expect(frame).toContain('reward 0.500');
    expect(frame).toContain('$0.0100');
    expect(frame).toContain('at once student up to 8');
    expect(frame).toContain('+ When red, look again.');
    expect(frame).toContain('Answers are cut (2 times)');
    expect(frame).not.toContain('\u001B');
  });

  it('is drawn far less often than things happen', async () => {
    const store = createTrainStore(5);
    let drawn = 0;
    const end = store.subscribe(() => drawn++);
    for (let turn = 0; turn < 10_000; turn++) store.observe(rollout('correct', 1));
    expect(drawn).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(drawn).toBe(1);
    end();
    expect(store.state.outcomes.correct).toBe(10_000);
  });
});
