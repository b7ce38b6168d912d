import { canonicalText } from '../../../core/answer/canonical-text.ts';

export interface RegexJob {
  readonly pattern: string;
  readonly flags: string;
  readonly response: string;
  /** What the match is compared with; undefined when a match is all that is asked for. */
  readonly key: string | undefined;
}

/** `answer` is undefined when nothing matched. */
export interface RegexMatch {
  readonly answer: string | undefined;
  readonly correct: boolean;
}

/** The last match of a pattern; its group named `answer`, else its first group, else all of it, is the answer. */
export function matchRegex({ pattern, flags, response, key }: RegexJob): RegexMatch {
  const expression = new RegExp(pattern, flags.includes('g') ? flags : `${flags}g`);
  let last: RegExpExecArray | undefined;
  for (const match of response.matchAll(expression)) last = match;
  if (last === undefined) return { answer: undefined, correct: false };
  const answer = (last.groups?.['answer'] ?? last[1] ?? last[0]).trim();
  return { answer, correct: key === undefined || canonicalText(answer) === canonicalText(key) };
}
