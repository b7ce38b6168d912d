import type { Experience } from '../../src/core/library/experience.ts';
import { experienceId } from '../../src/core/library/experience.ts';
import type { Library } from '../../src/core/library/library.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';

/** An experience that says something of its own for every number. */
export function exampleExperience(number: number, change: Partial<Experience> = {}): Experience {
  const text = `When case ${number} comes up, check bound ${number} before computing.`;
  const domain = change.domain ?? 'math.algebra';
  return {
    id: experienceId(domain, change.text ?? text, sha256),
    domain,
    text,
    confidence: 0.5,
    examples: [],
    metadata: {
      created_at: '2026-01-02T03:04:05.000Z',
      created_by: 'zoo',
      votes: { upvotes: 0, downvotes: 0 },
      usage_count: 0,
    },
    embedding: null,
    lineage: [],
    evidence: [],
    ...change,
  };
}

export function exampleLibrary(count: number, from = 0): Library {
  return { experiences: Array.from({ length: count }, (_, index) => exampleExperience(from + index)) };
}
