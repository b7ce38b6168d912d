import type { StarterExperience } from './starters.ts';

export const mathematicsStarter: readonly StarterExperience[] = [
  {
    domain: 'math.geometry',
    text: 'When lines, segments or curves intersect, test that each intersection lies on the segment or region itself, and drop those on its extension.',
  },
  {
    domain: 'math.combinatorics',
    text: 'When an expected maximum or minimum over few outcomes is asked, enumerate all outcomes directly and average instead of searching for a formula.',
  },
  {
    domain: 'math.combinatorics',
    text: 'When an invariant seems to prove something impossible, test it on states known to be reachable and on the smallest cases before trusting it.',
  },
  {
    domain: 'math.algebra',
    text: 'When a polynomial with real parameters has complex arguments, split it into real and imaginary parts and set each to zero to find when roots are real.',
  },
  {
    domain: 'math.algebra',
    text: 'When solving a quadratic, compute the discriminant first, and stop when it is negative and real solutions are asked.',
    examples: [
      { input: 'x^2 + 2x + 5 = 0', output: 'The discriminant is negative: no real solution.' },
      { input: 'x^2 + 2x - 3 = 0', output: 'The discriminant is positive: x = 1 or x = -3.' },
    ],
  },
  {
    domain: 'math.algebra',
    text: 'When an equation was squared or multiplied by an unknown, substitute every solution into the original equation and discard those that fail.',
  },
  {
    domain: 'math.number-theory',
    text: 'When an equation is to hold in integers, reduce it modulo small primes and powers of two before searching, to rule out whole classes.',
  },
  {
    domain: 'math.number-theory',
    text: 'When a remainder of a large power is asked, find the cycle of powers by the order of the base and reduce the exponent.',
  },
  {
    domain: 'math.combinatorics',
    text: 'When counting arrangements with restrictions, count the complement or use inclusion and exclusion, then verify the count by listing a small case.',
  },
  {
    domain: 'math.probability',
    text: 'When a process repeats until it stops, set up equations for each state from its next step and solve them together.',
  },
  {
    domain: 'math',
    text: 'Before giving the answer, reread what is asked, such as a sum, a remainder or m + n, and convert the result into that form.',
  },
];
