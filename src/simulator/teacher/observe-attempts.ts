import type { Attempt } from '../prompt/read-prompt.ts';
import type { Skill } from '../skills/skill.ts';

/** What the rewards say about the two approaches. */
export type Contrast =
  /** Rewards of the sound approach are higher, … */
  | 'sound-wins'
  /** … lower: the rewards are misleading, or the majority was wrong. */
  | 'flawed-wins'
  /** Nothing separates winners from losers but luck. */
  | 'no-difference'
  /** One attempt, or all ended alike: there is nothing to compare. */
  | 'no-contrast';

/** Which approach an attempt, or its summary, shows. */
export function approachOf(text: string, skill: Skill): 'sound' | 'flawed' | 'unclear' {
  if (text.includes(skill.sound)) return 'sound';
  return text.includes(skill.flawed) ? 'flawed' : 'unclear';
}

/**
 * Reads from the rewards in the prompt which approach paid. The teacher believes what it is shown: with shuffled
 * rewards it learns noise, with a wrong majority it learns the mistake.
 */
export function observeAttempts(attempts: readonly Attempt[], skill: Skill): Contrast {
  const graded = attempts.flatMap(({ reward, text }) =>
    reward === undefined ? [] : [{ reward, approach: approachOf(text, skill) }],
  );
  const sound = mean(graded.filter(({ approach }) => approach === 'sound').map(({ reward }) => reward));
  const flawed = mean(graded.filter(({ approach }) => approach === 'flawed').map(({ reward }) => reward));
  const spread = new Set(graded.map(({ reward }) => reward)).size > 1;
  if (sound === undefined && flawed === undefined) return spread ? 'sound-wins' : 'no-contrast';
  if (sound === undefined || flawed === undefined) return spread ? 'no-difference' : 'no-contrast';
  if (sound === flawed) return 'no-difference';
  return sound > flawed ? 'sound-wins' : 'flawed-wins';
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
