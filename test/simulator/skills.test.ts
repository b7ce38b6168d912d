import { describe, expect, it } from 'vitest';
import { isStrategy } from '../../src/core/library/quality.ts';
import { countWords, maximumWords } from '../../src/core/library/words.ts';
import { allSkills, recogniseSkill } from '../../src/simulator/skills/recognise-skill.ts';

const wordings = allSkills.flatMap((skill) => [
  ...skill.lessons.map((text) => ({ text, name: skill.name, right: true })),
  ...skill.mistakes.map((text) => ({ text, name: skill.name, right: false })),
]);

describe('the wordings of the lessons and of the mistakes', () => {
  it.each(wordings)('$name, right: $right: $text', ({ text, name, right }) => {
    const teaching = recogniseSkill(text);
    expect({ name: teaching?.skill.name, right: teaching?.right }).toEqual({ name, right });
    expect(countWords(text)).toBeLessThanOrEqual(maximumWords);
    expect(isStrategy(text)).toBe(true);
    expect(text).not.toMatch(/\d/);
  });

  it('are all different', () => {
    expect(new Set(wordings.map(({ text }) => text)).size).toBe(wordings.length);
  });
});

describe('an experience in words of its own', () => {
  it.each([
    [
      'divisor-counting',
      'If you need divisors with a property, think in exponents of the prime factors and multiply the options.',
    ],
    [
      'powers-modulo',
      'For the remainder of an enormous power, look for a short period first and reduce the exponent with it.',
    ],
    ['complement-probability', 'For "at least one" probabilities, subtract the opposite case from one.'],
    ['blocked-paths', 'To avoid a point, take all routes and subtract those that pass through it.'],
    ['digit-casework', 'With numbers given by digits, remember that the leading one is never zero.'],
    ['coordinates', 'In plane geometry, try coordinates with a corner as the origin.'],
  ])('helps with %s: %s', (name, text) => {
    const teaching = recogniseSkill(text);
    expect({ name: teaching?.skill.name, right: teaching?.right }).toEqual({ name, right: true });
  });

  it.each([
    'When a problem looks hard, stay calm and think about it carefully.',
    'When writing a poem, choose concrete images and read it aloud.',
    'When debugging, bisect the change that broke the test before reading code.',
    'When counting divisors, be careful.',
    '',
  ])('teaches no skill: %s', (text) => {
    expect(recogniseSkill(text)).toBeUndefined();
  });
});
