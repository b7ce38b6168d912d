import type { Experience } from '../../../src/core/library/experience.ts';
import type { Random } from '../../../src/core/random.ts';
import { exampleExperience } from '../experience.ts';

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

const words = ['bound', 'café', '“price”', '😀', 'שָׁלוֹם', '数', 'a\\b', '"x"', '/', 'ß', '<b>', '\u007e', 'Ω', '1/2'];
const idCharacters = 'ABCxyz019_.:-'.split('');

/** A record with something unusual in many of its fields. */
export function randomExperience(random: Random): Experience {
  const some = <T>(make: () => T): T[] => Array.from({ length: Math.floor(random() * 3) }, make);
  const word = () => pick(random, words).normalize('NFC');
  const count = () => pick(random, [0, 1, 7, 2 ** 53 - 1]);
  return exampleExperience(0, {
    id: Array.from({ length: 1 + Math.floor(random() * 20) }, () => pick(random, idCharacters)).join(''),
    domain: pick(random, ['math', 'math.algebra', 'a-b.c_d.0']),
    text: `When ${word()} meets ${word()}, keep ${Math.floor(random() * 1e9)}.`,
    confidence: pick(random, [0, 1, 0.1, 1 / 3, 0.1 + 0.2, 1e-7, 0.000001, 5e-324, random()]),
    examples: some(() => ({ input: `one\n\ttwo ${word()}`, output: word() })),
    metadata: {
      created_at: pick(random, ['2026-01-02T03:04:05Z', '2024-02-29T23:59:59.123456789Z']),
      created_by: word(),
      votes: { upvotes: count(), downvotes: count() },
      usage_count: count(),
    },
    embedding:
      random() < 0.5 ? null : { model: word(), dim: 2, dtype: pick(random, ['f32', 'f64']), sha256: 'ab'.repeat(32) },
    lineage: some(() => pick(random, ['exp_1', 'a:b', '.'])),
    evidence: some(() => ({
      run: word(),
      step: count(),
      group: word(),
      rollouts: some(word),
      model: word(),
      prompt_hash: 'h',
    })),
  });
}

/** Records of different ids. */
export function randomRecords(random: Random, size: number): Experience[] {
  const records = new Map<string, Experience>();
  while (records.size < size) {
    const record = randomExperience(random);
    records.set(record.id, record);
  }
  return [...records.values()];
}
