import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { experienceSchema } from '../../../src/core/library/experience.ts';
import { isExperience } from '../../../src/core/library/is-experience.ts';
import { exampleExperience } from '../../ledger/experience.ts';

const evidence = { run: 'r', step: 0, group: 'g', rollouts: ['a'], model: 'm', prompt_hash: 'p' };
const full = exampleExperience(1, {
  examples: [{ input: 'a', output: 'b' }],
  embedding: { model: 'm', dim: 2, dtype: 'f32', sha256: 'a'.repeat(64) },
  lineage: ['exp_1'],
  evidence: [evidence],
});

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, member]) => placesIn(member).map((rest) => [key, ...rest]))];
}

function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  const members = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Record<string, unknown>) };
  const inside = (members as Record<string, unknown>)[key];
  if (rest.length === 0 && by === undefined) delete (members as Record<string, unknown>)[key];
  else (members as Record<string, unknown>)[key] = replaced(inside, rest, by);
  return Array.isArray(members) ? members.filter((item) => item !== undefined) : members;
}

const long = [64, 65, 128, 129, 256, 257, 1024, 1025, 4096, 4097];
const values = fc.oneof(
  fc.constantFrom(undefined, null, true, '', 'a', 'a.b', 'A', '.', 'a b', 'f64', 'e\u0301', 'a\n'),
  fc.constantFrom(-1, 0, 0.5, 1, 1.5, 65_536, 65_537, 2 ** 53 - 1, 2 ** 53, -0, 1e300),
  fc.constantFrom(...long).map((length) => 'a'.repeat(length)),
  // Two UTF-16 units a character.
  fc.constantFrom(...long).map((length) => '😀'.repeat(length)),
  fc.constantFrom('2026-01-02T03:04:05Z', '2026-01-02T03:04:05.123456789Z', '2026-01-02', 'Jan 2 2026 (a note)'),
  fc.constantFrom(15, 16, 17, 64, 65).map((length) => Array.from({ length }, () => 'a')),
  fc.constantFrom(16, 17).map((length) => Array.from({ length }, () => ({ input: '', output: '' }))),
  fc.constantFrom(64, 65).map((length) => Array.from({ length }, () => evidence)),
  fc.constantFrom(4096, 4097).map((length) => ({ ...evidence, rollouts: Array.from({ length }, () => '') })),
  fc.constant({ ...full, more: 1 }),
  fc.jsonValue(),
);

describe('isExperience', () => {
  it('says of any value what the schema says, and so does the published schema to others', async () => {
    let [yes, no] = [0, 0];
    const published = join(import.meta.dirname, '../../../docs/schema/experience.schema.json');
    const validate = new Ajv2020().compile(JSON.parse(await readFile(published, 'utf8')) as object);
    const places = placesIn(full);
    fc.assert(
      fc.property(fc.constantFrom(...places), values, (place, value) => {
        const changed = replaced(full, place, value);
        const expected = experienceSchema.safeParse(changed).success;
        if (expected) yes++;
        else no++;
        expect(isExperience(changed)).toBe(expected);
        expect(validate(changed)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
    expect(isExperience(full)).toBe(true);
    expect(Math.min(yes, no)).toBeGreaterThan(100);
  });
});
