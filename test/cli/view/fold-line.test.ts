import { styleText, stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { foldLine } from '../../../src/cli/view/fold-line.ts';

describe('foldLine', () => {
  it('leaves a line as it is off a terminal, and on one that is very narrow', () => {
    const line = 'word '.repeat(100);
    expect(foldLine(line, undefined, 4)).toBe(line);
    expect(foldLine(line, 20, 4)).toBe(line);
  });

  it('folds between words, never in one, and indents what goes on', () => {
    expect(foldLine('  - one two three four five six seven eight nine ten', 40, 6)).toBe(
      '  - one two three four five six\n      seven eight nine ten',
    );
    const root = 'a'.repeat(64);
    expect(
      foldLine(`root ${root} end`, 40, 4)
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['root', root, 'end']);
  });

  it('loses no word and fits, however wide characters are, coloured or not', () => {
    const word = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('数学', '👩‍🚀', 'ﬁ', 'e\u0301'));
    const words = fc.array(
      word.map((text) => text.replaceAll(/[\s\p{C}]/gu, 'x')),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 40, max: 120 }),
        fc.integer({ min: 0, max: 14 }),
        (some, columns, indent) => {
          const line = some.map((one, index) =>
            index % 3 === 0 ? styleText('red', one, { validateStream: false }) : one,
          );
          const folded = stripVTControlCharacters(foldLine(line.join(' '), columns, indent));
          expect(folded.split(/\s+/).filter(Boolean)).toEqual(some.map((one) => one.normalize()));
          for (const one of folded.split('\n')) expect(stringWidth(one)).toBeLessThanOrEqual(columns);
        },
      ),
      { numRuns: 300 },
    );
  });
});
