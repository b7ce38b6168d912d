/** Beginnings of words, any of which expresses the concept: `factoris` stands for factorise, factorisation, … */
export type Concept = readonly string[];

/**
 * What a family of problems takes and what usually goes wrong with it. The simulated student is good at the family
 * when its context holds an experience with the skill's signature, and bad when it holds the mistake's.
 */
export interface Skill {
  /** Equal to the `stratum` of the family's problems, where it is a family of the quickstart set. */
  readonly name: string;
  /** Chance of success with an empty library, before the problem's own difficulty. */
  readonly baseRate: number;
  /** The true lesson in several wordings, each "When …, …" within 32 words. */
  readonly lessons: readonly string[];
  /** The opposite of it, likewise. */
  readonly mistakes: readonly string[];
  /** The sentence of an answer that goes about it well; summaries quote it. */
  readonly sound: string;
  /** The sentence of an answer that falls into the trap. */
  readonly flawed: string;
  readonly signature: Signature;
}

/** By what an experience is recognised, whoever wrote it. */
interface Signature {
  /** All of these must occur: what the experience is about. */
  readonly topic: readonly Concept[];
  /** Two of these make it the lesson … */
  readonly lesson: readonly Concept[];
  /** … unless more of these, and at least two, make it the mistake. */
  readonly mistake: readonly Concept[];
}
