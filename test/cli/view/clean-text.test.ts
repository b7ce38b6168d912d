import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, cleanText } from '../../../src/cli/view/clean-text.ts';

describe('cleanText', () => {
  it.each([
    ['colours', 'a\u001B[31mred\u001B[0m', 'ared'],
    ['cursor movement', 'a\u001B[2J\u001B[1;1Hb', 'ab'],
    ['one-byte sequences', 'a\u009B31mb', 'ab'],
    ['links', '\u001B]8;;http://evil\u0007text\u001B]8;;\u0007', 'text'],
    ['bells, backspaces and returns', 'a\u0007b\u0008\u0008c\rd', 'abcd'],
    ['reordering', 'abc\u202Edcba\u2066', 'abcdcba'],
    ['what cannot be seen', 'a\u200Bb\uFEFF', 'ab'],
  ])('takes out %s', (_, text, clean) => expect(cleanText(text)).toBe(clean));

  it('keeps lines, tabs, accents and joined emoji', () => {
    const text = 'né\tlines\n👩‍🔬 नमस्ते';
    expect(cleanText(text)).toBe(text);
  });

  it('leaves no control character whatever comes', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(cleanText(text).replaceAll(/[\n\t]/g, ''))).toBe(false);
      }),
    );
  });
});

it('cleanLine gives one line', () => expect(cleanLine(' a\n\tb \u001B[1mc ')).toBe('a b c'));
