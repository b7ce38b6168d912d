import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinReasoning, splitReasoning } from '../../src/core/reasoning.ts';

describe('splitReasoning', () => {
  test.each([
    ['<think>\nSix sevens.\n</think>\n\n42', 'Six sevens.', '42'],
    ['Six sevens.\n</think>\n\n42', 'Six sevens.', '42'],
    ['<think>never ends', 'never ends', ''],
    ['<think></think>42', '', '42'],
    ['First. <think>Hm.</think> Then. <think>Ah.</think> Last.', 'Hm.\nAh.', 'First.  Then.  Last.'],
    ['<think>a</think>b</think>c', 'a\nb', 'c'],
    ['<<think></think>think>', '', '< think>'],
    ['<<think>a</think>/think></think>42', 'a\n< /think>', '42'],
    ['', '', ''],
  ])('%j', (said, reasoning, text) => {
    expect(splitReasoning(said)).toEqual({ reasoning, text });
  });

  test('text without tags comes back to the letter', () => {
    fc.assert(
      fc.property(fc.string(), (said) => {
        fc.pre(!said.includes('think>'));
        expect(splitReasoning(said)).toEqual({ text: said, reasoning: '' });
      }),
    );
  });

  test('neither part ever holds a closing tag, whatever the model says', () => {
    const piece = fc.constantFrom('<think>', '</think>', 'a', ' ', '<', 'think>', '\n');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const spoken = splitReasoning(pieces.join(''));
        expect(spoken.text).not.toMatch(/<\/?think>/);
        expect(spoken.reasoning).not.toContain('</think>');
      }),
      { numRuns: 2000 },
    );
  });
});

test('joinReasoning leaves empty pieces out', () => {
  expect(joinReasoning([' a ', '', '\n', 'b'])).toBe('a\nb');
});
