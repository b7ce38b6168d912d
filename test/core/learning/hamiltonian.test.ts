import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupHamiltonian, meanHamiltonian, normalisedEntropy } from '../../../src/core/learning/hamiltonian.ts';
import { lexicalRelevance } from '../../../src/core/learning/relevance.ts';

describe('groupHamiltonian', () => {
  it('weighs relevance by confidence, and adds the context’s cost to the entropy', () => {
    const { psi, theta, kappa } = groupHamiltonian({
      experiences: [
        { confidence: 0.5, relevance: 0.4 },
        { confidence: 1, relevance: 0.3 },
      ],
      answers: ['1', '1', '2', '2'],
      contextTokens: 250,
      contextLimit: 1000,
    });
    expect(psi).toBeCloseTo(0.5, 12);
    expect(theta).toBeCloseTo(0.5 + 0.25, 12);
    expect(kappa).toBeCloseTo(0.375, 12);
  });

  it('has no mass without a library', () => {
    const empty = { experiences: [], answers: ['1', '2'], contextTokens: 10, contextLimit: 0 };
    expect(groupHamiltonian(empty)).toEqual({ psi: 0, theta: 1, kappa: 0 });
  });

  it('keeps Theta within [0, 2]', () => {
    const answers = fc.array(fc.option(fc.constantFrom('a', 'b', 'c')), { maxLength: 12 });
    fc.assert(
      fc.property(answers, fc.nat(), fc.nat(), (drawn, contextTokens, contextLimit) => {
        const { theta } = groupHamiltonian({ experiences: [], answers: drawn, contextTokens, contextLimit });
        expect(theta).toBeGreaterThanOrEqual(0);
        expect(theta).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe('normalisedEntropy', () => {
  it('is 0 when all agree, 1 when all differ, and counts silence as one answer', () => {
    expect(normalisedEntropy(['7', '7', '7'])).toBe(0);
    expect(normalisedEntropy(['1', '2', '3', '4', '5'])).toBeCloseTo(1, 12);
    expect(normalisedEntropy([null, null, 'a', 'a'])).toBeCloseTo(0.5, 12);
    expect(normalisedEntropy(['alone'])).toBe(0);
  });
});

describe('meanHamiltonian', () => {
  it('averages each quantity by itself', () => {
    const groups = [
      { psi: 1, theta: 0.5, kappa: 0.5 },
      { psi: 3, theta: 0.1, kappa: 0.3 },
    ];
    expect(meanHamiltonian(groups)).toEqual({ psi: 2, theta: 0.3, kappa: 0.4 });
    expect(meanHamiltonian([])).toBeNull();
  });
});

describe('lexicalRelevance', () => {
  const relevance = lexicalRelevance([
    'When factoring polynomials, look for rational roots first.',
    'When counting arrangements, use symmetry.',
    '',
  ]);

  it('ranks what shares words above what does not', () => {
    const [factoring, counting, empty] = relevance('Factor the polynomial x^3 - 2x + 1 and find its roots.');
    expect(factoring).toBeGreaterThan(0.2);
    expect(counting).toBe(0);
    expect(empty).toBe(0);
  });

  it('is within [0, 1], and 1 for the text itself', () => {
    expect(relevance('When counting arrangements, use symmetry.')[1]).toBeCloseTo(1, 12);
    fc.assert(
      fc.property(fc.string(), (query) => {
        for (const value of relevance(query)) expect(value >= 0 && value <= 1).toBe(true);
      }),
    );
  });
});
