import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Experience } from '../../src/core/library/experience.ts';
import { hasUnsafeCharacters } from '../../src/core/library/quality.ts';
import { countWords } from '../../src/core/library/words.ts';
import { encodeVector } from '../../src/core/library/vector.ts';
import { toHex, fromHex } from '../../src/core/digest.ts';
import { libraryRoots } from '../../src/core/tree/library-roots.ts';
import { verifyMerkleProof } from '../../src/core/tree/proof.ts';
import { type ImportForm, formOfFile, parseLibrary } from '../../src/ledger/forms/parse-library.ts';
import { renderLibrary } from '../../src/ledger/forms/render-library.ts';
import { searchLibrary } from '../../src/ledger/comparing/search.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

const defaults = {
  domain: 'general',
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'import',
  embeddingModel: 'unknown',
};
const read = (text: string, form: ImportForm) => parseLibrary(text, form, 'the file', defaults, sha256);

/** Texts that break what is careless: quotes, commas, formulas, markup, scripts of the world. */
const word = fc.oneof(
  fc.constantFrom(
    '=SUM(A1)',
    '+1',
    '-x',
    '@here',
    '"quoted"',
    "it's",
    'a,b',
    '[exp_1]',
    '*bold*',
    '`code`',
    '<b>',
    '&amp;',
    '\\(x^2\\)',
    '数',
    'é',
    '|',
    '~',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
);
const text = fc
  .array(word, { minLength: 1, maxLength: 8 })
  .map((words) => words.join(' ').replaceAll(/\s+/g, ' ').trim().normalize('NFC'))
  .filter((line) => line !== '' && !hasUnsafeCharacters(line) && countWords(line) <= 32);

const record: fc.Arbitrary<Experience> = fc
  .record({
    number: fc.nat(1e6),
    text,
    by: text,
    confidence: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    votes: fc.record({ upvotes: fc.nat(99), downvotes: fc.nat(99) }),
    usage_count: fc.nat(9999),
    examples: fc.array(fc.record({ input: text, output: text }), { maxLength: 2 }),
  })
  .map(({ number, by, votes, usage_count, ...rest }) => ({
    ...exampleExperience(number, { id: `exp_${number}` }),
    ...rest,
    metadata: { created_at: '2026-01-02T03:04:05.000Z', created_by: by, votes, usage_count },
    lineage: number % 3 === 0 ? ['exp_a', 'exp_b'] : [],
    evidence:
      number % 2 === 0
        ? [{ run: 'r', step: number % 5, group: by, rollouts: ['d1', 'd2'], model: by, prompt_hash: 'h' }]
        : [],
  }));
const library = fc
  .uniqueArray(record, { maxLength: 5, selector: ({ id }) => id })
  .map((experiences) => ({ experiences }));

describe('a library as text', () => {
  it.each(['paper', 'json', 'jsonl', 'csv'] as const)('comes back whole from %s', (form) => {
    fc.assert(
      fc.property(library, (original) => {
        if (form === 'csv' && original.experiences.length === 0) return;
        const { experiences } = read(renderLibrary(original, form, sha256), form);
        expect(experiences).toEqual(original.experiences);
      }),
    );
  });

  it.each(['markdown', 'prompt'] as const)('keeps ids and texts in %s', (form) => {
    fc.assert(
      fc.property(library, (original) => {
        if (original.experiences.length === 0) return;
        const { experiences } = read(renderLibrary(original, form, sha256), form);
        const said = (list: readonly Experience[]) => list.map(({ id, text: says }) => [id, says]);
        // What a prompt fences stays fenced.
        const plain = original.experiences.filter(({ text: says }) => form === 'markdown' || !says.includes('<'));
        expect(said(experiences)).toEqual(expect.arrayContaining(said(plain)));
        if (form === 'markdown')
          expect(experiences.map(({ domain }) => domain)).toEqual(original.experiences.map(({ domain }) => domain));
      }),
    );
  });

  it('carries a proof and the numbers of a vector in the form of the paper', () => {
    const vector = encodeVector([0.5, -0.25, 0.1], 'some-embedder', sha256);
    const original = {
      experiences: [...exampleLibrary(4).experiences, exampleExperience(9, { embedding: vector.reference })],
    };
    const exported = renderLibrary(original, 'paper', sha256, (digest) =>
      digest === vector.reference.sha256 ? vector.bytes : undefined,
    );
    const records = JSON.parse(exported) as { embedding: unknown; merkle_proof: string }[];
    expect(records.at(-1)?.embedding).toEqual([0.5, -0.25, 0.1]);
    const { recordsRoot } = libraryRoots(sha256, original.experiences);
    for (const [index, experience] of original.experiences.entries())
      expect(
        verifyMerkleProof(experience, records[index]?.merkle_proof ?? '', fromHex(toHex(recordsRoot)), sha256),
      ).toBe(true);
    const back = parseLibrary(exported, 'paper', 'it', { ...defaults, embeddingModel: 'some-embedder' }, sha256);
    expect(back.experiences).toEqual(original.experiences);
    expect(back.vectors).toEqual([vector]);
  });

  it('gives spreadsheets no formula', () => {
    const csv = renderLibrary(
      { experiences: [{ ...exampleExperience(1), text: '=HYPERLINK("x"), do it.' }] },
      'csv',
      sha256,
    );
    expect(csv).toContain(`"'=HYPERLINK(""x""), do it."`);
  });

  it('is Markdown in which texts are no markup', () => {
    const markdown = renderLibrary(
      { experiences: [{ ...exampleExperience(1), text: 'When <img src=x> or [a](b) or @someone, *stop*.' }] },
      'markdown',
      sha256,
    );
    expect(markdown).not.toMatch(/<img|\[a\]\(b\)|@someone|(?<!\\)\*stop/);
  });
});

describe('reading a file', () => {
  it.each([
    ['json', '{"experiences":[{"text":"When a, do b."},{"text":5}]}', /record 2 of the file/],
    ['json', '{"id":"a","id":"b","text":"When a, do b."}', /stands twice/],
    ['jsonl', '{"text":"When a, do b."}\n{"text":', /line 2 of the file/],
    ['csv', 'text,confidence\n"When a, do b.",high\n', /row 2 of the file/],
    ['csv', 'text\n"When a\n', /not valid CSV/],
    ['markdown', 'Nothing here.', /holds no experience/],
    ['prompt', '', /holds no experience/],
    ['json', '[{"text":"When a, do \\u202E b."}]', /bidirectional/],
    ['jsonl', '{"id":"a","text":"When a, do b."}\n{"id":"a","text":"When c, do d."}', /two experiences with the id a/],
  ] as const)('%s: says what is wrong with %j', (form, source, message) => {
    expect(() => read(source, form)).toThrow(message);
  });

  it('takes lists and lines as people write them', () => {
    const { experiences } = read('# Notes\n\n## math.algebra\n- When a, do b.\n* [G7] When c, do d.\n\n', 'markdown');
    expect(experiences).toMatchObject([
      { domain: 'math.algebra', text: 'When a, do b.' },
      { id: 'G7', domain: 'math.algebra', text: 'When c, do d.' },
    ]);
  });

  it('tells the form by the name', () => {
    expect(['a.json', 'b.JSONL', 'c.csv', 'd.md', 'e.txt', 'f'].map(formOfFile)).toEqual([
      'json',
      'jsonl',
      'csv',
      'markdown',
      'prompt',
      undefined,
    ]);
  });
});

describe('searchLibrary', () => {
  const searched = {
    experiences: [
      exampleExperience(1, { text: 'When counting divisors, factor first.' }),
      exampleExperience(2, {
        text: 'When a sum telescopes, cancel terms.',
        examples: [{ input: 'divisors', output: 'x' }],
      }),
      exampleExperience(3, { id: 'exp_feed', text: 'When stuck, draw a picture.' }),
    ],
  };
  it('finds words in other forms, in examples, and ids by their beginning', () => {
    expect(searchLibrary(searched, 'divisor').map(({ experience }) => experience.text)).toHaveLength(2);
    expect(searchLibrary(searched, 'factoring')[0]?.experience).toBe(searched.experiences[0]);
    expect(searchLibrary(searched, 'exp_fe')[0]?.experience).toBe(searched.experiences[2]);
    expect(searchLibrary(searched, 'nothing like it')).toEqual([]);
    expect(searchLibrary(searched, '  ')).toEqual([]);
  });
});
