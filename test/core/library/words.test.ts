import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countWords, isConcise, maximumWords } from '../../../src/core/library/words.ts';

describe('countWords', () => {
  it.each([
    ['', 0],
    ['— … 😀', 0],
    ['When a sum telescopes, cancel first.', 6],
    ["don't l’eau state-of-the-art well‐known", 4],
    ['a - b', 2],
    ['3.14 and 1,000', 3],
    ['b^2-4ac', 2],
    ['naïve Größe α ∈ ℝ', 4],
    ['数学的な問題', 4],
  ])('counts in %j %i', (text, words) => expect(countWords(text)).toBe(words));
});

it('isConcise says what counting says', () => {
  const ascii = fc.string({ unit: 'binary-ascii', minLength: 30, maxLength: 160 });
  const words = fc.array(fc.constantFrom('a', 'b-c', "d'e", '1.5', '__', '数学', ',', 'x'), {
    minLength: 25,
    maxLength: 45,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        ascii,
        words.map((list) => list.join(' ')),
      ),
      (text) => {
        expect(isConcise(text)).toBe(countWords(text) <= maximumWords);
      },
    ),
    { numRuns: 2000 },
  );
});
