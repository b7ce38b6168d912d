import { describe, expect, it } from 'vitest';
import type { Experience } from '../../../src/core/library/experience.ts';
import { compareLibraries } from '../../../src/ledger/comparing/compare-libraries.ts';
import { type RunAccount, differenceMarkdown } from '../../../src/ledger/comparing/difference-markdown.ts';
import { exampleExperience } from '../experience.ts';

const hostile = [
  '@octocat @org/team see #12, GH-7 or https://evil.example and www.evil.example, a@evil.example',
  '```\n</sub></details><img src=x onerror=alert(1)><script>alert(1)</script>',
  '![](https://evil.example/a.png) [click](javascript:alert(1)) <https://evil.example>',
  '| a | b |\n| --- | --- |\n# Heading\n- [ ] task\n1. one\n---\n~~gone~~ **bold** _em_ `code` $x$',
  '1. first',
  '\u202Eevil\u202C\u200B \u{E0041}\u{E0042}\u001B]8;;https://evil.example\u0007link\u001B]8;;\u0007',
  '&#64;octocat &commat;octocat &lt;img&gt; \\@octocat \\<b>',
];

function comment(
  before: readonly Experience[],
  after: readonly Experience[],
  runs: readonly RunAccount[] = [],
): string {
  const comparison = compareLibraries({ experiences: before }, { experiences: after });
  const side = (experiences: readonly Experience[]) => ({
    title: hostile.join(' '),
    count: experiences.length,
    recordsRoot: 'a'.repeat(64),
  });
  return differenceMarkdown({ ...comparison, from: side(before), to: side(after), equal: false, runs });
}

/** Everything of others in a record is hostile. */
function hostileExperience(number: number, text: string): Experience {
  return exampleExperience(number, {
    text,
    examples: [{ input: text, output: text }],
    metadata: { ...exampleExperience(number).metadata, created_by: text },
    evidence: [{ run: text, step: 0, group: text, rollouts: ['a'], model: text, prompt_hash: '' }],
  });
}

/** What stands outside of code, which Markdown does not look into. */
const outsideCode = (markdown: string) => markdown.replaceAll(/(?<!\\)`[^`\n]*`/g, '');

describe('differenceMarkdown', () => {
  it('lets no text of others call, link, open markup or close what is open', () => {
    const before = hostile.map((text, index) => hostileExperience(index, `${text} old`));
    const after = hostile.map((text, index) => ({
      ...hostileExperience(index, text),
      id: before[index]?.id ?? '',
      lineage: [],
    }));
    const runs: RunAccount[] = hostile.map((text) => ({
      fingerprint: text,
      run: text,
      groups: 1,
      rollouts: 1,
      models: [text],
      result: { usage: { usd: text, calls: text }, steps: text },
    }));
    for (const text of [comment(before, after, runs), comment([], before, runs), comment(before, [], runs)]) {
      // oxlint-disable-next-line no-control-regex -- what must not get through
      expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202A-\u202E\u200B]|[\u{E0000}-\u{E007F}]/u);
      const plain = outsideCode(text);
      expect(plain).not.toMatch(/(?<!\\)`/);
      // GitHub looks for mentions, issues and addresses in what was rendered, so escapes alone do not help.
      expect(plain).not.toContain('@');
      expect(plain.replaceAll('&#64;&#8203;', '')).not.toMatch(/&#64;|&commat;/);
      expect(plain).not.toMatch(/(?<!&)#\d|GH\\?-\d|:\/\/|www\./i);
      expect(plain.match(/<[^>]*>/g)?.every((tag) => /^<\/?(sub|ins|del)>$/.test(tag))).toBe(true);
      // But for the counts, which are bold.
      expect(plain.replaceAll(/^\*\*[^*]*\*\*;/gm, '')).not.toMatch(/(?<!\\)[[\]!*_~]/);
      for (const line of plain.split('\n'))
        expect(line).toMatch(/^$|^(#{3,4} |\*\*\d|- (?!\d+\.)| {2}<sub>| {2}- <sub>|\||<sub>root|… and )/);
      for (const row of text.split('\n').filter((line) => line.startsWith('|')))
        expect(row.match(/(?<!\\)\|/g)).toHaveLength(9);
      const opened = (tag: string) => plain.match(new RegExp(tag, 'g'))?.length ?? 0;
      for (const tag of ['sub', 'ins', 'del']) expect(opened(`<${tag}>`)).toBe(opened(`</${tag}>`));
    }
  });

  it('tells what changed besides the words, and every example that enters', () => {
    const one = exampleExperience(1, { examples: [{ input: 'old', output: 'o' }] });
    const after: Experience = {
      ...one,
      confidence: 0.75,
      examples: [{ input: 'new', output: 'n' }],
      metadata: { ...one.metadata, votes: { upvotes: 3, downvotes: 1 } },
    };
    const text = comment([one], [after, exampleExperience(2, { examples: [{ input: 'a', output: 'b' }] })]);
    expect(text).toContain(' · confidence 0.5 → 0.75 · votes 0 for, 0 against → 3 for, 1 against · ');
    expect(text).toContain('  - <sub>no longer example: old =&gt; o</sub>\n  - <sub>now example: new =&gt; n</sub>');
    expect(text).toContain('  - <sub>example: a =&gt; b</sub>');
  });

  it('fits into a comment, however much changed', () => {
    const many = Array.from({ length: 400 }, (_, index) => hostileExperience(index, `${index} ${'@'.repeat(1000)}`));
    for (const text of [
      comment([], many),
      comment(many, []),
      comment(
        many,
        many.map((one) => ({ ...one, text: 'x' })),
      ),
    ]) {
      expect(text.length).toBeLessThan(60_000);
      expect(text).toMatch(/… and \d{3} more\./);
      expect(text).toContain('<sub>root before');
    }
  });
});
