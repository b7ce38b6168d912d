import { diffWordsWithSpace } from 'diff';

/** A run of words that both texts have, that only the first has, or that only the second has. */
export interface WordPiece {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** The pieces of two texts in order: `same` and `removed` make the first, `same` and `added` the second. */
export function compareWords(before: string, after: string): WordPiece[] {
  const changes = diffWordsWithSpace(before, after);
  const pieces: WordPiece[] = [];
  let [removed, added] = ['', ''];
  for (const [index, { value, removed: onlyBefore, added: onlyAfter }] of changes.entries()) {
    const next = changes[index + 1];
    // A space between two changed words belongs to the change, so that it reads as one.
    const between = value.trim() === '' && removed + added !== '' && (next?.added === true || next?.removed === true);
    if (onlyBefore || (!onlyAfter && between)) removed += value;
    if (onlyAfter || (!onlyBefore && between)) added += value;
    if (onlyBefore || onlyAfter || between) continue;
    end();
    pieces.push({ kind: 'same', text: value });
  }
  end();
  return pieces;

  function end(): void {
    if (removed !== '') pieces.push({ kind: 'removed', text: removed });
    if (added !== '') pieces.push({ kind: 'added', text: added });
    [removed, added] = ['', ''];
  }
}
