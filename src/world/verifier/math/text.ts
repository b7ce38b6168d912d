import type { Meaning } from './meaning.ts';

/** Two answers in words, or a letter of a choice: the same but for case, punctuation and parentheses around them. */
export function sameText(key: Meaning, answer: Meaning): boolean {
  const [left, right] = [wordsOf(key), wordsOf(answer)];
  return left !== undefined && left !== '' && left === right;
}

function wordsOf(meaning: Meaning): string | undefined {
  if (meaning.kind === 'text') return plainWords(meaning.text);
  if (meaning.kind === 'value' && meaning.node.kind === 'symbol') return plainWords(meaning.node.name);
  return undefined;
}

function plainWords(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^[\s("'.,]+|[\s)"'.,!?:;]+$/g, '')
    .replace(/\s+/g, ' ');
}
