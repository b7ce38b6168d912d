import { findAnswer, isCutOff } from '../../../core/answer/find-answer.ts';
import { budget, TooMuchWork } from './budget.ts';
import type { Budget } from './budget.ts';
import { sameMeaning } from './compare.ts';
import type { Leniency } from './compare.ts';
import { afterThinking, extractAnswers, hasProse } from './extract.ts';
import type { Extracted } from './extract.ts';
import { hendrycksForm } from './hendrycks.ts';
import { readAnswer } from './latex.ts';
import type { Meaning } from './meaning.ts';

/** The public graders differ; each profile follows one of them. */
export const mathProfiles = ['math-verify', 'hendrycks', 'lenient'] as const;
export type MathProfile = (typeof mathProfiles)[number];

export interface MathOptions {
  readonly profile: MathProfile;
  /** Milliseconds that one answer may take. */
  readonly limitMs: number;
  /** Overrides the profile: a key written as an interval may be answered by the inequality that it solves. */
  readonly setsForRelations?: boolean | undefined;
}

export type MathVerdict =
  | { readonly kind: 'graded'; readonly correct: boolean; readonly answer: string; readonly reason: string }
  | { readonly kind: 'unparseable'; readonly reason: string };

const leniencies: Readonly<Record<'math-verify' | 'lenient', Leniency>> = {
  'math-verify': { setsForRelations: false, roundedPlaces: 4, vectorsForTuples: false },
  lenient: { setsForRelations: true, roundedPlaces: 2, vectorsForTuples: true },
};

/** Judges one response. Pure, and bounded but for the LaTeX parser, which is why a worker runs it. @param now milliseconds */
export function gradeMath(key: string, response: string, options: MathOptions, now: () => number): MathVerdict {
  if (options.profile === 'hendrycks') return gradeHendrycks(key, response);
  const leniency = {
    ...leniencies[options.profile],
    ...(options.setsForRelations === undefined ? {} : { setsForRelations: options.setsForRelations }),
  };
  if (isCutOff(afterThinking(response)))
    return { kind: 'unparseable', reason: 'the last box of the response was cut off' };
  const answer = extractAnswers(response, false)[0] ?? wholeAnswer(response)[0] ?? extractAnswers(response, true)[0];
  if (answer === undefined) return { kind: 'unparseable', reason: 'the response gives no final answer' };
  try {
    const correct = isSame(readKey(key), answer, leniency, budget(options.limitMs, now));
    return {
      kind: 'graded',
      correct,
      answer: shorten(answer.text),
      reason: correct ? 'says the same' : `expected ${shorten(key)}`,
    };
  } catch (thrown) {
    if (!(thrown instanceof TooMuchWork)) throw thrown;
    return { kind: 'graded', correct: false, answer: shorten(answer.text), reason: thrown.message };
  }
}

interface ReadKey {
  readonly text: string;
  readonly meanings: readonly Meaning[];
}

/** Keys are read once: the same problem is judged again and again. */
const keysRead = new Map<string, ReadKey>();
const keysKept = 2000;

function readKey(key: string): ReadKey {
  const known = keysRead.get(key);
  if (known !== undefined) return known;
  const extracted = keyOf(key);
  const read = { text: extracted.text, meanings: readings(extracted) };
  if (keysRead.size >= keysKept) keysRead.clear();
  keysRead.set(key, read);
  return read;
}

/** A key is an answer already, or a worked solution that ends in one. */
function keyOf(key: string): Extracted {
  const [found] =
    /\\boxed|final answer|[.!?]\s/i.test(key) || /^\s*\$.*\$\s*$/s.test(key) ? extractAnswers(key, true) : [];
  return found ?? { parts: [key], text: key.trim(), plain: !/[\\$]/.test(key) };
}

/** A short response that is nothing but the answer. */
function wholeAnswer(response: string): Extracted[] {
  const text = response.trim();
  if (text === '' || text.length > 200 || text.includes('\n') || hasProse(text)) return [];
  return readAnswer(text) === undefined ? [] : [{ parts: [text], text, plain: !/[\\$]/.test(text) }];
}

function isSame(key: ReadKey, answer: Extracted, leniency: Leniency, work: Budget): boolean {
  if (squeeze(key.text) === squeeze(answer.text)) return true;
  const answers = readings(answer);
  return key.meanings.some((one) => answers.some((other) => sameMeaning(one, other, leniency, work)));
}

/** Without what never matters; white space between digits or letters does: "20 4" is not "204". */
function squeeze(text: string): string {
  return text
    .replace(/\\(?:left|right)(?![a-zA-Z])|\$/g, '')
    .replace(/(?<![\p{L}\d])\s+|\s+(?![\p{L}\d])/gu, '')
    .replace(/\.$/, '');
}

function readings({ parts, plain }: Extracted): Meaning[] {
  const labelled = parts.length === 1 ? choiceLabel.exec(parts[0] as string) : null;
  if (labelled !== null) {
    const [letter, content] = [readAnswer(`(${labelled[1] ?? labelled[2]})`), readAnswer(labelled[3] as string)];
    return [letter, content].filter((meaning) => meaning !== undefined);
  }
  const meanings = parts.map(readAnswer);
  if (meanings.includes(undefined)) return [];
  const [only] = meanings;
  const all: Meaning[] =
    meanings.length === 1
      ? [only as Meaning]
      : [{ kind: 'set', items: (meanings as Meaning[]).flatMap(itemsOf), bare: true }];
  // In plain text 1,22 may be a decimal number with a comma.
  const decimal = plain ? /^\s*([-+]?\d+),(\d+)\s*$/.exec(parts[0] ?? '') : null;
  const pointed = decimal && readAnswer(`${decimal[1]}.${decimal[2]}`);
  return pointed ? [...all, pointed] : all;
}

/** The letter of a choice before what was chosen, "\textbf{(C)} 12" or "(C) 12": either may be the key. */
const choiceLabel =
  /^\s*(?:\\(?:text|textbf|textrm|mathrm|mathbf)\s*\{\s*\(?([A-J])\)?\.?\s*\}|\(([A-J])\))(?:[\s:.~,]|\\[ ,;:]|\\q?quad)+(\S.*)$/s;

function itemsOf(meaning: Meaning): readonly Meaning[] {
  return meaning.kind === 'set' && meaning.bare ? meaning.items : [meaning];
}

function gradeHendrycks(key: string, response: string): MathVerdict {
  const found = findAnswer(response);
  if (found?.kind !== 'boxed') return { kind: 'unparseable', reason: 'the response holds no \\boxed{…}' };
  const answer = found.parts.at(-1) as string;
  const expected = key.includes('\\boxed') ? (findAnswer(key)?.text ?? key) : key;
  const correct = hendrycksForm(expected.replace(/^\$(.*)\$$/s, '$1')) === hendrycksForm(answer);
  return {
    kind: 'graded',
    correct,
    answer: shorten(answer),
    reason: correct ? 'the same form' : `expected ${shorten(key)}`,
  };
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
