import { diffWordsWithSpace } from 'diff';

/** A run of words that both texts have, that only the first has, or that only the second has. */
export interface WordPiece {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** The pieces of two texts in order: `same` and `removed` make the first, `same` and `added` the second. */
export function compareWords(before: string, after: string): WordPiece[] {
  return diffWordsWithSpace(before, after).map(({ value, added, removed }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    text: value,
  }));
}
