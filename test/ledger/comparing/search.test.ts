import { describe, expect, it } from 'vitest';
import { searchLibrary } from '../../../src/ledger/comparing/search.ts';
import { exampleExperience } from '../experience.ts';

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
