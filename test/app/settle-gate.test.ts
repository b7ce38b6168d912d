import { describe, expect, it } from 'vitest';
import type { SettingKey } from '../../src/app/settings.ts';
import { resolveConfig } from '../../src/app/config.ts';
import { settleGate } from '../../src/app/settle-gate.ts';
import type { TrainEvent } from '../../src/core/learning/event.ts';
import type { Problem } from '../../src/core/learning/problem.ts';
import { makeFolder } from '../e2e/zoo.ts';

const problemsOf = (count: number, answer?: string): Problem[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    problem: `Say ${index} twice.`,
    ...(answer === undefined ? {} : { answer }),
  }));

function settled(flags: Partial<Record<SettingKey, string | boolean>>, problems: readonly Problem[]) {
  const folder = makeFolder();
  const events: TrainEvent[] = [];
  try {
    const config = resolveConfig({ flags, environment: {}, folder: folder.path });
    const { gate } = settleGate(config, problems, (event) => void events.push(event)).settings;
    return { gate, notices: events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])) };
  } finally {
    folder.remove();
  }
}

describe('settleGate', () => {
  it('is on by default, and off when it was turned off', () => {
    expect(settled({}, problemsOf(20, '1'))).toEqual({ gate: 'epoch', notices: [] });
    expect(settled({ gate: 'off' }, problemsOf(20, '1'))).toEqual({ gate: 'off', notices: [] });
  });

  it('gives way, with a notice, where fewer than ten problems would be left to learn from', () => {
    const { gate, notices } = settled({}, problemsOf(11, '1'));
    expect(gate).toBe('off');
    expect(notices).toEqual([expect.stringContaining('leave only 9 problems')]);
    expect(settled({ limit: '8' }, problemsOf(40, '1')).gate).toBe('off');
    expect(settled({ gate: 'step' }, problemsOf(11, '1'))).toEqual({ gate: 'step', notices: [] });
  });

  it('judges by answers or not at all: without ground truth it is off unless asked for', () => {
    const { gate, notices } = settled({ groundTruth: false }, problemsOf(20, '1'));
    expect(gate).toBe('off');
    expect(notices).toEqual([expect.stringContaining('judges by answers')]);
    expect(settled({ groundTruth: false, gate: 'epoch' }, problemsOf(20, '1'))).toEqual({ gate: 'epoch', notices: [] });
  });

  it('refuses a gate that was asked for and has nothing to judge by', () => {
    expect(() => settled({ groundTruth: false, gate: 'epoch' }, problemsOf(20))).toThrow(/have no answer/);
    expect(() => settled({ gate: 'epoch', gateShare: '0' }, problemsOf(20, '1'))).toThrow(/none is left for the gate/);
    expect(() => settled({ gate: 'epoch' }, problemsOf(1, '1'))).toThrow(/none is left for the gate/);
  });
});
