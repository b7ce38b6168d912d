import type { Sha256 } from '../../core/digest.ts';
import { experienceId } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { codeStarter } from './code.ts';
import { mathematicsStarter } from './mathematics.ts';
import { writingStarter } from './writing.ts';

/** What a starter says, without what every record of it has in common. */
export interface StarterExperience {
  readonly domain: string;
  readonly text: string;
  readonly examples?: readonly { readonly input: string; readonly output: string }[];
}

/** Small libraries to begin with, whose strategies are those of the paper's appendix A and their neighbours. */
export const starters = { mathematics: mathematicsStarter, code: codeStarter, writing: writingStarter };
export type StarterName = keyof typeof starters;

/** Equal for everyone: the date is fixed and the ids derive from the texts. */
export function starterLibrary(name: StarterName, sha256: Sha256): Library {
  return {
    experiences: starters[name].map(({ domain, text, examples = [] }: StarterExperience) => ({
      id: experienceId(domain, text, sha256),
      domain,
      text,
      confidence: 0.5,
      examples: examples.map(({ input, output }) => ({ input, output })),
      metadata: {
        created_at: '2026-01-01T00:00:00.000Z',
        created_by: 'zoo starter',
        votes: { upvotes: 0, downvotes: 0 },
        usage_count: 0,
      },
      embedding: null,
      lineage: [],
      evidence: [],
    })),
  };
}
