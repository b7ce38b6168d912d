import { findAnswer } from '../../../core/answer/find-answer.ts';

export interface Extracted {
  /** Several boxed answers that stand together, one by one; a single one otherwise. */
  readonly parts: readonly string[];
  /** As it is shown. */
  readonly text: string;
  /** A formula, or words and numbers of plain text, in which a decimal comma may stand. */
  readonly plain: boolean;
}

/** Only the end of a response can hold its answer. */
const longestTail = 20_000;

/**
 * Where the answer of a free response may stand, best place first: behind "final answer is", in the last box, behind
 * "answer is"; and, where `anywhere` allows it, the last formula or number of the text.
 */
export function extractAnswers(response: string, anywhere: boolean): Extracted[] {
  const text = afterThinking(response);
  const boxed = findAnswer(text);
  const found: Extracted[] = [];
  if (boxed?.kind === 'boxed') {
    const marked = finalAnswerAfter(text, text.lastIndexOf('\\boxed'));
    if (marked !== undefined) found.push(marked);
    found.push({ parts: boxed.parts, text: boxed.text, plain: false });
    return found;
  }
  const tail = text.slice(-longestTail);
  const marked = finalAnswerAfter(tail, -1) ?? answerAfterMarker(boxed?.text);
  if (marked !== undefined) found.push(marked);
  if (anywhere && found.length === 0) found.push(...lastOf(tail));
  return found;
}

/** What a reasoning model says after it has thought. */
export function afterThinking(response: string): string {
  const end = response.lastIndexOf('</think>');
  return end === -1 ? response : response.slice(end + '</think>'.length);
}

function finalAnswerAfter(text: string, from: number): Extracted | undefined {
  const marker = /final\s+answer\s*(?:is)?\s*[:.]?\s*(?:the\s+final\s+answer\s+is\s*:?)?/gi;
  marker.lastIndex = Math.max(0, from);
  let last: RegExpExecArray | undefined;
  for (let match = marker.exec(text); match !== null; match = marker.exec(text)) last = match;
  if (last === undefined) return undefined;
  const behind = text.slice(last.index + last[0].length, last.index + last[0].length + 2000);
  const [sentence = ''] = behind.trimStart().split(/\.\s+I hope|(?<=[^\d\s])\.\s+(?=[A-Z])|\n\s*\n|<\|/, 1);
  return spoken(sentence.replace(/\.\s*$/, ''));
}

function answerAfterMarker(text: string | undefined): Extracted | undefined {
  return text === undefined ? undefined : (spoken(text) ?? { parts: [text], text, plain: true });
}

/** What stands behind a marker is the answer whole, unless words stand around it. */
function spoken(text: string): Extracted | undefined {
  const trimmed = text.trim();
  if (trimmed !== '' && !hasProse(trimmed)) return { parts: [trimmed], text: trimmed, plain: !/[\\$]/.test(trimmed) };
  return lastOf(text)[0];
}

/** True for a text in which there are words, other than those that name functions, units in \text, or nothing but one word. */
export function hasProse(text: string): boolean {
  if (/^\p{L}+$/u.test(text)) return false;
  const words = text.replace(/\\[a-zA-Z]+\s*(?:\{[\p{L}\s.]*\})?/gu, ' ');
  return /\p{L}{3,}/u.test(
    words.replace(/\b(?:sqrt|sin|cos|tan|log|exp|inf|infinity|percent|percentage|pct|and)\b/gi, ' '),
  );
}

/** The last formula, or the last number outside of one; whole short texts without either are taken as they are. */
function lastOf(text: string): Extracted[] {
  const formulas = [...text.matchAll(formula)];
  const last = formulas.at(-1);
  const inside = last?.slice(1).find((group) => group !== undefined);
  const from = last === undefined ? 0 : last.index + last[0].length;
  const outside = [...text.slice(from).matchAll(plainNumber)].at(-1);
  if (outside !== undefined && !(last !== undefined && isUnitPower(text.slice(from), outside.index))) {
    if (last !== undefined && inside !== undefined && /^\s*(?:%|percent|pct)/i.test(text.slice(from))) {
      return [{ parts: [`${inside} %`], text: inside.trim(), plain: false }];
    }
    return [{ parts: [outside[0].trim()], text: outside[0].trim(), plain: true }];
  }
  if (inside !== undefined && inside.trim() !== '') return [{ parts: [inside], text: inside.trim(), plain: false }];
  return [];
}

const formula =
  /\$\$([\s\S]{1,4000}?)\$\$|(?<!\\)\$((?:[^$\\]|\\[\s\S]){1,4000}?)\$|\\\(([\s\S]{1,4000}?)\\\)|\\\[([\s\S]{1,4000}?)\\\]/g;
const plainNumber =
  /[([]\s*[-+]?[\d./]+(?:\s*,\s*[-+]?[\d./]+)+\s*[)\]]|(?<![\p{L}\d_^])[-+\u2212]?(?:(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)?|[.,]\d+)(?:\s*\/\s*\d+)?(?:\s*(?:\\?%|percent|pct))?/gu;

function isUnitPower(text: string, index: number): boolean {
  return /\^\s*\{?$/.test(text.slice(0, index));
}
