/** The paper's limit on one experience (section 5.1, appendix C). */
export const maximumWords = 32;

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * Words of a text: the word-like segments of Unicode Standard Annex 29, counted whatever the script, joined by
 * hyphens and apostrophes as one. A formula counts once for each symbol that a reader would read as a word. Where words
 * are not parted by spaces, as in Chinese or Thai, they are those of ICU's dictionaries.
 */
export function countWords(text: string): number {
  let count = 0;
  let end = -1;
  let joined = false;
  for (const { segment, index, isWordLike } of segmenter.segment(text)) {
    if (isWordLike === true) {
      if (!(joined && end === index)) count++;
      end = index + segment.length;
      joined = false;
    } else {
      joined = end === index && (segment === '-' || segment === '‐' || segment === '’');
      if (joined) end = index + segment.length;
    }
  }
  return count;
}

/** Whether a text has no more words than an experience may have. */
export function isConcise(text: string): boolean {
  // In ASCII every word holds one of these, and none is parted between two of them: there are at most as many as runs.
  if (/^[ -~]*$/.test(text) && (text.match(/\w+/g)?.length ?? 0) <= maximumWords) return true;
  return countWords(text) <= maximumWords;
}
