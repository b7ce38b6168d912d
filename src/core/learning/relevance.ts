/** Words that say nothing about what a text is about. */
const stopWords = new Set(
  (
    'a an and are as at be by can do does each find for from given has have how if in into is it its let no not of on or ' +
    'one so such that the their then there these they this to use was we what when where which with you your'
  ).split(' '),
);

/**
 * How much each of some texts has to do with a query: the cosine of their TF-IDF vectors, in [0, 1], in the order of
 * the texts. It needs no embedder and sees shared words only, not paraphrases.
 *
 * Salton and Buckley 1988; document frequencies are smoothed and come from the texts themselves.
 */
export function lexicalRelevance(texts: readonly string[]): (query: string) => number[] {
  const counts = texts.map(termCounts);
  const documents = new Map<string, number>();
  for (const terms of counts) for (const term of terms.keys()) documents.set(term, (documents.get(term) ?? 0) + 1);
  const vectorOf = weighTerms(texts.length, (term) => documents.get(term) ?? 0);
  const vectors = counts.map(vectorOf);
  return (query) => {
    const asked = vectorOf(termCounts(query));
    return vectors.map((vector) => relevance(vector, asked));
  };
}

/** A text's terms with their weights, of length 1. */
export type TermVector = ReadonlyMap<string, number>;

/**
 * The same piece by piece, for texts that are not all in memory.
 *
 * @param texts how many there are
 * @param frequency how many of them have a term
 */
export function weighTerms(
  texts: number,
  frequency: (term: string) => number,
): (terms: ReadonlyMap<string, number>) => TermVector {
  const weight = (term: string, count: number) =>
    (1 + Math.log(count)) * (1 + Math.log((1 + texts) / (1 + frequency(term))));
  return (terms) => unitVector(terms, weight);
}

export function relevance(vector: TermVector, asked: TermVector): number {
  return Math.min(1, dot(vector, asked));
}

/** How often each term stands in a text. */
export function termCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    if (stopWords.has(word)) continue;
    const term = stem(word);
    counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return counts;
}

/** Folds the commonest English endings, so that "factoring" meets "factors". */
function stem(word: string): string {
  if (word.length < 5) return word;
  return word.replace(/(?:ations?|ings?|ies|ied|ed|es|s|y|e)$/u, '') || word;
}

function unitVector(
  counts: ReadonlyMap<string, number>,
  weight: (term: string, count: number) => number,
): Map<string, number> {
  const vector = new Map<string, number>();
  let square = 0;
  for (const [term, count] of counts) {
    const value = weight(term, count);
    vector.set(term, value);
    square += value * value;
  }
  const length = Math.sqrt(square);
  for (const [term, value] of vector) vector.set(term, value / length);
  return vector;
}

function dot(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  const [small, large] = left.size < right.size ? [left, right] : [right, left];
  let sum = 0;
  for (const [term, value] of small) sum += value * (large.get(term) ?? 0);
  return sum;
}
