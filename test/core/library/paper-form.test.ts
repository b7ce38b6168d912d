import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { experienceSchema } from '../../../src/core/library/experience.ts';
import { fromPaperForm, paperVector, toPaperForm } from '../../../src/core/library/paper-form.ts';
import { parseStrictJson } from '../../../src/core/library/strict-json.ts';
import { decodeVector, encodeVector } from '../../../src/core/library/vector.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

const defaults = {
  domain: 'general',
  createdAt: '2026-01-01T00:00:00Z',
  createdBy: 'importer',
  embeddingModel: 'unknown',
};
const from = (value: unknown) => fromPaperForm(value, 'the file', defaults, sha256);

/** The example of paper section 5.1, its line breaks and ellipses as they stand there made valid. */
const paperExample = {
  id: 'exp_abc123',
  domain: 'math.algebra',
  text: "When solving quadratics, check discriminant\n          (b^2-4ac) first. If negative, return 'no real\n          solutions' to avoid wasted computation.",
  confidence: 0.87,
  examples: [
    { input: 'x^2 + 2x + 5 = 0', output: 'No real solutions' },
    { input: 'x^2 + 2x - 3 = 0', output: 'x = 1 or x = -3' },
  ],
  metadata: {
    created_at: '2025-10-17T12:00:00Z',
    created_by: '0x742d35Cc...',
    votes: { upvotes: 24, downvotes: 2 },
    usage_count: 156,
  },
  embedding: [0.123, -0.456],
  merkle_proof: '0xabcdef',
};

const reference = { model: 'm', dim: 1, dtype: 'f32', sha256: '0'.repeat(64) };
const evidence = { run: 'r', step: 1, group: 'p', rollouts: ['d'], model: 'm', prompt_hash: 'h' };

describe('the form of the paper', () => {
  it("takes the paper's own example and gives it back without loss", () => {
    const { experiences, vectors } = from(paperExample);
    const [experience] = experiences;
    const [vector] = vectors;
    if (experience === undefined || vector === undefined) throw new Error('one of each is expected');
    expect(experience.embedding).toEqual({ model: 'unknown', dim: 2, dtype: 'f32', sha256: vector.reference.sha256 });
    const numbers = decodeVector(vector.reference, vector.bytes, sha256);
    const text = paperExample.text.replaceAll(/\s+/g, ' ');
    expect(toPaperForm(experience, numbers, '0xabcdef')).toEqual({ ...paperExample, text });
    expect(Object.keys(toPaperForm(experience, numbers, '0xabcdef'))).toEqual(Object.keys(paperExample));
  });

  it.each([
    ['an array', [paperExample, { ...paperExample, id: 'exp_2' }]],
    ['an object', { experiences: [paperExample, { ...paperExample, id: 'exp_2' }] }],
  ])('takes a library as %s', (_, value) => {
    expect(from(value).experiences.map(({ id }) => id)).toEqual(['exp_abc123', 'exp_2']);
    expect(from(value).vectors).toHaveLength(1);
  });

  it('takes names and texts alone', () => {
    const { experiences } = from({ G0: 'When in doubt, count.', G10: 'When counting, pair up.' });
    expect(experiences.map(({ id, text, domain }) => [id, text, domain])).toEqual([
      ['G0', 'When in doubt, count.', 'general'],
      ['G10', 'When counting, pair up.', 'general'],
    ]);
  });

  it('comes back the same a second time, lineage and evidence with it', () => {
    const [experience] = from({
      ...paperExample,
      lineage: ['exp_1'],
      evidence: [evidence],
    }).experiences;
    if (experience === undefined) throw new Error('one is expected');
    expect(from(JSON.parse(JSON.stringify(toPaperForm(experience, undefined, '0x')))).experiences).toEqual([
      experience,
    ]);
  });

  it.each([
    ['too-long', { text: 'word '.repeat(33) }],
    ['unsafe-text', { text: 'When \u202E reading, look twice.' }],
    ['invalid-data', { text: 'When x, y.', confidence: 2 }],
    ['invalid-data', { text: 'When x, y.', id: '../../etc/passwd' }],
    ['invalid-data', { text: 'When x, y.', metadata: { created_at: 'yesterday' } }],
    ['invalid-data', { text: 'When x, y.', metadata: { created_at: 'Jan 2 2026 (a note)' } }],
    ['invalid-data', { text: 'When x, y.', metadata: { created_at: '2026-02-30T00:00:00Z' } }],
    ['unsafe-text', { text: 'When x, y.', metadata: { created_by: 'a\u2066b' } }],
    ['unsafe-text', { text: 'When x, y.', examples: [{ input: 'a\u0007', output: '' }] }],
    ['unsafe-text', { text: 'When x, y.', embedding: { ...reference, model: 'a\u200Bb' } }],
    ['unsafe-text', { text: 'When x, y.', evidence: [{ ...evidence, prompt_hash: '\u202E' }] }],
    ['unsafe-text', { text: 'When x, y.', evidence: [{ ...evidence, rollouts: ['\u001B[31m'] }] }],
    ['invalid-data', 'nonsense'],
    ['invalid-data', { id: 'exp_1' }],
  ])('refuses what is %s', (code, value) => {
    expect(() => from(value)).toThrow(expect.objectContaining({ code }));
  });

  it('keeps vectors exactly, as 32-bit floats where they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 }),
        (numbers) => {
          const { reference, bytes } = encodeVector(numbers, 'm', sha256);
          expect(decodeVector(reference, bytes, sha256)?.map((number) => number + 0)).toEqual(
            numbers.map((number) => number + 0),
          );
        },
      ),
    );
    const singles = Array.from({ length: 300 }, (_, index) => Number(Math.fround(Math.sin(index)).toPrecision(7)));
    expect(encodeVector(singles, 'm', sha256).reference.dtype).toBe('f32');
    expect(encodeVector([-0], 'm', sha256)).toEqual(encodeVector([0], 'm', sha256));
    const large = encodeVector([1e20], 'm', sha256);
    expect(paperVector(large.reference, large.bytes, sha256), 'strict JSON would not take it back').toBeUndefined();
    const { reference, bytes } = encodeVector([0.5], 'm', sha256);
    bytes[0] = 1;
    expect(decodeVector(reference, bytes, sha256)).toBeUndefined();
  });
});

describe('the published schema', () => {
  const path = join(import.meta.dirname, '../../../docs/schema/experience.schema.json');
  const schema = {
    title: 'Experience',
    description: 'One experience of a Zoo library: paper section 5.1, without merkle_proof, plus lineage and evidence.',
    ...z.toJSONSchema(experienceSchema),
  };

  it('is that of the code (run with UPDATE_SCHEMAS=1 to write it)', async () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env['UPDATE_SCHEMAS'] === '1') await writeFile(path, text);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('parseStrictJson', () => {
  it.each([
    ['{"a":1,"a":1}', 'twice'],
    ['{"a":{"b":1,"\\u0062":2}}', 'twice'],
    ['[9007199254740993]', '2^53'],
    ['{"a":1e999}', 'too large'],
    ['"\\ud800"', 'surrogate'],
    ['{"\\udfff":1}', 'surrogate'],
    ['{"__proto__":1}', '__proto__'],
    ['{ "a":{"\\u005f_proto__":1}}', '__proto__'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'levels'],
    ['{"a":1', 'not valid'],
    ['', 'not valid'],
  ])('refuses %s', (text, why) => {
    expect(() => parseStrictJson(text, 'it')).toThrow(expect.objectContaining({ code: 'invalid-json' }));
    expect(() => parseStrictJson(text, 'it')).toThrow(why);
  });

  it('reads all other JSON as JSON.parse does', () => {
    const text = '{"a":{"x":[1,{"x":"a"},"x"],"y":"x"},"b":[{"x":1},{"x":2}],"x":"\\"x\\":,{","constructor":-1.5e3}';
    expect(parseStrictJson(text, 'it')).toEqual(JSON.parse(text));
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (json) => {
        const value: unknown = JSON.parse(json);
        const read = () => parseStrictJson(JSON.stringify(value), 'it');
        try {
          expect(read()).toEqual(value);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'invalid-json' });
          expect(JSON.stringify(value)).toMatch(/\d{16,}|e\+|__proto__/);
        }
      }),
    );
  });

  it('survives a million brackets', () => {
    for (const text of ['['.repeat(1e6), '{"a":'.repeat(1e5), `${'['.repeat(1e5)}${']'.repeat(1e5)}`])
      expect(() => parseStrictJson(text, 'it')).toThrow(expect.objectContaining({ code: 'invalid-json' }));
  });
});
