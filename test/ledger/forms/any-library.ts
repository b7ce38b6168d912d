import * as fc from 'fast-check';
import { ZooError } from '../../../src/core/error.ts';
import type { Experience } from '../../../src/core/library/experience.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { ingestExperience } from '../../../src/core/library/ingest.ts';

/** Texts that break what is careless: quotes, commas, formulas, markup, spaces, scripts of the world. */
const word = fc.oneof(
  fc.constantFrom(
    '=SUM(A1)',
    "'=1",
    "''+x",
    '＝1',
    '+1',
    '-x',
    '@here',
    '"quoted"',
    "it's",
    'a,b',
    'a;b',
    '[exp_1]',
    '*bold*',
    '`code`',
    '```',
    '<b>',
    '<sub>x</sub>',
    '&amp;',
    '&#64;',
    '\\(x^2\\)',
    '\\',
    '\\n',
    '# head',
    '{"a": [1]}',
    '数',
    'é',
    '|',
    '~',
    '—',
    '\u00A0',
    '  ',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
);
const line = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' ').normalize('NFC'));
const lines = fc.array(line, { maxLength: 3 }).map((some) => some.join('\n'));
const name = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);
const domain = fc
  .array(fc.stringMatching(/^[a-z0-9_-]{1,9}$/), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('.'));
const count = fc.oneof(fc.nat(9), fc.maxSafeNat());

const value = fc.record({
  id: name,
  domain,
  text: line,
  confidence: fc.oneof(
    fc.constantFrom(0, 1, 0.87, 1e-7, 5e-324),
    fc.double({ min: Number.MIN_VALUE, max: 1, noNaN: true }),
  ),
  examples: fc.array(fc.record({ input: lines, output: lines }), { maxLength: 2 }),
  metadata: fc.record({
    created_at: fc.constantFrom('2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05Z', '1999-12-31T23:59:59.123456Z'),
    created_by: line,
    votes: fc.record({ upvotes: count, downvotes: count }),
    usage_count: count,
  }),
  embedding: fc.option(
    fc.record({
      model: line,
      dim: fc.integer({ min: 1, max: 65_536 }),
      dtype: fc.constantFrom('f32', 'f64'),
      sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    }),
  ),
  lineage: fc.array(name, { maxLength: 3 }),
  evidence: fc.array(
    fc.record({
      run: line,
      step: count,
      group: line,
      rollouts: fc.array(name, { maxLength: 2 }),
      model: line,
      prompt_hash: name,
    }),
    { maxLength: 2 },
  ),
});

function isFit(record: unknown): record is Experience {
  try {
    ingestExperience(record, 'it');
    return true;
  } catch (thrown) {
    if (thrown instanceof ZooError) return false;
    throw thrown;
  }
}

/** Records that a library may hold, of all kinds. */
export const anyExperience: fc.Arbitrary<Experience> = value.filter(isFit);

export const anyLibrary: fc.Arbitrary<Library> = fc
  .uniqueArray(anyExperience, { maxLength: 6, selector: ({ id }) => id })
  .map((experiences) => ({ experiences }));
