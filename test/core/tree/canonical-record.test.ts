import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Experience } from '../../../src/core/library/experience.ts';
import { ZooError } from '../../../src/core/error.ts';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';
import { canonicalRecord } from '../../../src/core/tree/library-roots.ts';
import { exampleExperience } from '../../ledger/experience.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '"',
    '\\',
    '\\ud800',
    '\ud800',
    'a\udc00b',
    '😀',
    '\u2028',
    '1234567890123456',
    ':null',
    '1e+21',
    '\u007f',
  ),
);
const number = fc.oneof(
  fc.double({ min: 0, max: 1 }),
  fc.integer({ min: 0 }),
  fc.constantFrom(-0, 1e-7, 1e21, 2 ** 53 - 1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY),
);
const record = fc.record<Experience>({
  text,
  id: text,
  evidence: fc.array(
    fc.record({ run: text, step: number, group: text, rollouts: fc.array(text), model: text, prompt_hash: text }),
    { maxLength: 2 },
  ),
  lineage: fc.array(text, { maxLength: 2 }),
  domain: text,
  embedding: fc.option(fc.record({ sha256: text, dtype: fc.constantFrom('f32', 'f64'), dim: number, model: text })),
  metadata: fc.record({
    votes: fc.record({ upvotes: number, downvotes: number }),
    usage_count: number,
    created_by: text,
    created_at: text,
  }),
  examples: fc.array(fc.record({ output: text, input: text }), { maxLength: 2 }),
  confidence: number,
});

function outcome(act: () => string): string {
  try {
    return act();
  } catch (thrown) {
    return thrown instanceof ZooError ? thrown.code : String(thrown);
  }
}

describe('canonicalRecord', () => {
  it('writes what canonicalJson writes, and refuses what that refuses', () => {
    let [written, refused] = [0, 0];
    fc.assert(
      fc.property(record, (one) => {
        const expected = outcome(() => canonicalJson(one));
        if (expected === 'not-canonical') refused++;
        else written++;
        expect(outcome(() => canonicalRecord(one))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(written, refused)).toBeGreaterThan(100);
    expect(canonicalRecord(exampleExperience(1))).toBe(canonicalJson(exampleExperience(1)));
  });
});
