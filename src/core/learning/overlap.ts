import type { Problem } from './problem.ts';

interface OverlapPair {
  readonly left: string;
  readonly right: string;
}

interface NearPair extends OverlapPair {
  /** Jaccard similarity of their shingles, in [threshold, 1]. */
  readonly similarity: number;
}

/** Pairs of ids of problems that two sets share; each pair stands under the strictest heading that it meets. */
export interface Overlap {
  /** The same text, character by character. */
  readonly exact: readonly OverlapPair[];
  /** The same once case, spacing, punctuation and LaTeX dress are taken off. */
  readonly normalised: readonly OverlapPair[];
  /** Alike, such as the same problem with other numbers; most alike first. */
  readonly near: readonly NearPair[];
}

export interface OverlapOptions {
  /** Least similarity of a near pair; default 0.5. */
  readonly threshold?: number;
  /** Words a shingle; default 3. */
  readonly words?: number;
}

/** Finds what two sets of problems share, such as training and evaluation. Order of the sets does not change the pairs. */
export function overlap(left: readonly Problem[], right: readonly Problem[], options: OverlapOptions = {}): Overlap {
  const threshold = options.threshold ?? 0.5;
  const rightForms = right.map((problem) => formOf(problem, options.words ?? 3));
  const byShingle = indexShingles(rightForms);
  const found = { exact: [] as OverlapPair[], normalised: [] as OverlapPair[], near: [] as NearPair[] };
  for (const problem of left) {
    const form = formOf(problem, options.words ?? 3);
    for (const [index, common] of countCommon(form, byShingle)) {
      const other = rightForms[index] as Form;
      const pair = { left: problem.id, right: other.problem.id };
      const similarity = common / (form.shingles.size + other.shingles.size - common);
      if (problem.problem === other.problem.problem) found.exact.push(pair);
      else if (form.normal === other.normal) found.normalised.push(pair);
      else if (similarity >= threshold) found.near.push({ ...pair, similarity });
    }
  }
  return { ...found, near: found.near.sort((one, two) => two.similarity - one.similarity) };
}

/**
 * A problem's text with nothing but its words, numbers and operators: lower case, one space between them. Two texts
 * with the same form are the same problem.
 */
export function normaliseProblem(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\u2212\u2013]/g, '-')
      .replace(/\\(?:left|right|displaystyle|textstyle|[,;:! ])|\\(?=[dtc]?frac)/g, ' ')
      .replace(/\b[dtc]frac/g, 'frac')
      .replace(/\\(?:text|textbf|textit|mathrm|mathbf|mathit|operatorname)\b/g, ' ')
      // A sign is an operator only where something is signed or joined; a hyphen between letters is not.
      .replace(/(?<=\p{L})-(?=\p{L})/gu, ' ')
      .replace(/[^\p{L}\p{N}+\-*/^=<>%!|]+/gu, ' ')
      .replace(/\s*([+\-*/^=<>%!|])\s*/g, ' $1 ')
      .replace(/!(?=\s|$)/g, ' ! ')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

interface Form {
  readonly problem: Problem;
  readonly normal: string;
  readonly shingles: ReadonlySet<string>;
}

function formOf(problem: Problem, words: number): Form {
  const normal = normaliseProblem(problem.problem);
  const tokens = normal.split(' ');
  const shingles = new Set<string>();
  // A text shorter than a shingle is one shingle; one without any word still has itself.
  for (let from = 0; from === 0 || from + words <= tokens.length; from++)
    shingles.add(tokens.slice(from, from + words).join(' '));
  return { problem, normal, shingles };
}

function indexShingles(forms: readonly Form[]): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (const [position, { shingles }] of forms.entries()) {
    for (const shingle of shingles) {
      const list = index.get(shingle);
      if (list === undefined) index.set(shingle, [position]);
      else list.push(position);
    }
  }
  return index;
}

/** How many shingles each indexed text shares with this one. */
function countCommon({ shingles }: Form, index: ReadonlyMap<string, readonly number[]>): Map<number, number> {
  const common = new Map<number, number>();
  for (const shingle of shingles) {
    for (const position of index.get(shingle) ?? []) common.set(position, (common.get(position) ?? 0) + 1);
  }
  return common;
}
