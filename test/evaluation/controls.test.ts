import { describe, expect, it } from 'vitest';
import { countWords } from '../../src/core/library/words.ts';
import { randomFor } from '../../src/core/random.ts';
import { directLibrary, mostOther, otherDomainLibrary, shuffledLibrary } from '../../src/evaluation/controls.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { completion, experience, problems, scripted } from './fake-evaluation.ts';

const library = {
  experiences: [
    experience('exp_1', 'When counting paths, use recursion.'),
    experience('exp_2', 'When a sum telescopes, cancel neighbours before evaluating.'),
  ],
};

describe('shuffledLibrary', () => {
  it('keeps words and lengths, and loses the sense', () => {
    const shuffled = shuffledLibrary(library, randomFor(1), sha256);
    const words = (of: typeof library) => of.experiences.flatMap(({ text }) => text.split(' ')).sort();
    expect(words({ experiences: [...shuffled.experiences] })).toEqual(words(library));
    expect(shuffled.experiences.map(({ text }) => text.split(' ').length)).toEqual([5, 8]);
    for (const [index, { id, text }] of shuffled.experiences.entries()) {
      expect(text).not.toBe(library.experiences[index]?.text);
      expect(id).not.toBe(library.experiences[index]?.id);
    }
    expect(shuffledLibrary(library, randomFor(1), sha256)).toEqual(shuffled);
  });
});

describe('otherDomainLibrary', () => {
  it('has as many experiences, all different and within the limit of words', () => {
    const { experiences } = otherDomainLibrary(50, randomFor(1), sha256);
    expect(new Set(experiences.map(({ text }) => text)).size).toBe(50);
    for (const { text } of experiences) {
      expect(text).toMatch(/^When .*, .*\.$/);
      expect(countWords(text)).toBeLessThanOrEqual(32);
    }
    expect(otherDomainLibrary(1000, randomFor(1), sha256).experiences).toHaveLength(mostOther);
  });
});

describe('directLibrary', () => {
  const request = {
    template: { version: 1, system: 'Write.', user: '{{experiences}}\n{{problems}}\n{{maximum}}' },
    sampling: {},
    problems,
    count: 12,
    domain: 'math',
    seed: 0,
    sha256,
    signal: new AbortController().signal,
  };

  it('asks until it has as many as the library under test, and shows no answers', async () => {
    let written = 0;
    const model = scripted(() => {
      const experiences = Array.from({ length: 10 }, () => `When case ${written++}, check it.`);
      return completion('', 'stop', { experiences: [...experiences, 'word '.repeat(40)] });
    });
    const { experiences } = await directLibrary({ ...request, model });
    expect(experiences).toHaveLength(12);
    expect(model.requests).toHaveLength(2);
    expect(model.requests[1]?.messages[1]?.content).toContain('When case 3, check it.');
    expect(JSON.stringify(model.requests.map(({ messages }) => messages))).not.toContain('42');
  });

  it('says when the model cannot', async () => {
    const model = scripted(() => completion('no JSON'));
    await expect(directLibrary({ ...request, model })).rejects.toMatchObject({ code: 'control-failed' });
  });
});
