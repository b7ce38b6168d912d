/** What one group of rollouts contributes to the Hamiltonian account. */
export interface HamiltonianInput {
  /** The experiences that stood in the prompt. Both numbers are in [0, 1]; see `lexicalRelevance`. */
  readonly experiences: readonly { readonly confidence: number; readonly relevance: number }[];
  /** The answer of each rollout of the group; null where it gave none. Failed calls are left out beforehand. */
  readonly answers: readonly (string | null)[];
  /** Tokens of the prompt's context. */
  readonly contextTokens: number;
  /** Tokens that the model's context holds at most. */
  readonly contextLimit: number;
}

export interface Hamiltonian {
  /** Policy mass: 0 or more. */
  readonly psi: number;
  /** Inference cost: [0, 2]. */
  readonly theta: number;
  /** Psi x Theta. */
  readonly kappa: number;
}

/**
 * The quantities of the Hamiltonian invariant Psi x Theta = kappa (Zoo paper, section 4.1) for one group. The paper
 * names them without a formula; these are the formulas that zoo measures, and the invariant is a claim under test:
 *
 * - Psi, the policy mass, is the confidence-weighted relevance of the injected experiences:
 *   `sum over experiences of confidence x relevance to the problem`. It is 0 without a library and grows with it.
 * - Theta, the inference cost, is the model's uncertainty plus what the context costs:
 *   `H(answers) / log2(G) + contextTokens / contextLimit`, where H is the Shannon entropy in bits of the group's G
 *   answers. Rollouts without an answer count as one answer of their own. Both terms lie in [0, 1].
 * - kappa is their product.
 */
export function groupHamiltonian(input: HamiltonianInput): Hamiltonian {
  const psi = input.experiences.reduce((sum, { confidence, relevance }) => sum + confidence * relevance, 0);
  const theta = normalisedEntropy(input.answers) + contextCost(input.contextTokens, input.contextLimit);
  return { psi, theta, kappa: psi * theta };
}

/** The account of a step: the mean of each quantity over its groups; null when there is none. */
export function meanHamiltonian(groups: readonly Hamiltonian[]): Hamiltonian | null {
  if (groups.length === 0) return null;
  const mean = (of: (group: Hamiltonian) => number) =>
    groups.reduce((sum, group) => sum + of(group), 0) / groups.length;
  return { psi: mean((group) => group.psi), theta: mean((group) => group.theta), kappa: mean((group) => group.kappa) };
}

/**
 * Shannon entropy of a group's answers over its greatest possible value, log2 of the group's size: 0 when all agree or
 * there are fewer than two, 1 when all differ.
 */
export function normalisedEntropy(answers: readonly (string | null)[]): number {
  if (answers.length < 2) return 0;
  const counts = new Map<string | null, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / answers.length) * Math.log2(count / answers.length);
  return Math.min(1, Math.max(0, bits / Math.log2(answers.length)));
}

function contextCost(tokens: number, limit: number): number {
  return limit > 0 ? Math.min(1, Math.max(0, tokens / limit)) : 0;
}
