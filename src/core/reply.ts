import { jsonrepair } from 'jsonrepair';
import type { ZodType } from 'zod';
import { ZooError } from './error.ts';
import { checkJson } from './json.ts';

/** What a model's answer came to, when JSON of a certain form was asked for. */
export type Reply<T> =
  | { readonly kind: 'fits'; readonly value: T }
  /** `reason` is a sentence that can be shown to the model. */
  | { readonly kind: 'unfit'; readonly reason: string };

/** More openings than this are not tried, so that hostile text cannot make the search quadratic. */
const openingsAtMost = 64;

/**
 * Reads JSON out of a model's answer: bare, inside a code fence, or in the midst of prose, with trailing commas,
 * comments, single quotes or unescaped LaTeX backslashes mended. The last value that fits the schema counts, because
 * models restate examples before they answer. Text is parsed, never evaluated.
 */
export function parseReply<T>(text: string, schema: ZodType<T>): Reply<T> {
  let reason: string | undefined;
  for (const candidate of candidatesIn(text)) {
    const parsed = parseLeniently(candidate);
    if (parsed === undefined) continue;
    try {
      return { kind: 'fits', value: checkJson(parsed.value, schema, 'The JSON') };
    } catch (thrown) {
      if (!(thrown instanceof ZooError)) throw thrown;
      reason ??= thrown.message;
    }
  }
  return { kind: 'unfit', reason: reason ?? 'There is no JSON in it.' };
}

/** Stretches of the text that may be the answer, the likeliest first. */
function* candidatesIn(text: string): Generator<string> {
  const trimmed = text.trim();
  if (trimmed === '') return;
  yield trimmed;
  yield* fencedIn(trimmed).toReversed();
  yield* balancedIn(trimmed).toReversed();
  const first = trimmed.search(/[[{]/);
  const last = Math.max(trimmed.lastIndexOf(']'), trimmed.lastIndexOf('}'));
  if (first !== -1 && last > first) yield trimmed.slice(first, last + 1);
}

function fencedIn(text: string): string[] {
  return [...text.matchAll(/```[^\n`]*\n(.*?)```/gs)].map((match) => (match[1] ?? '').trim());
}

/** The outermost bracketed stretches, brackets inside of strings not counted. */
function balancedIn(text: string): string[] {
  const found: string[] = [];
  let tried = 0;
  for (let start = nextOpening(text, 0); start !== -1 && tried < openingsAtMost; tried++) {
    const end = closingOf(text, start);
    if (end !== -1) found.push(text.slice(start, end + 1));
    start = nextOpening(text, end === -1 ? start + 1 : end + 1);
  }
  return found;
}

function nextOpening(text: string, from: number): number {
  for (let index = from; index < text.length; index++) if (text[index] === '{' || text[index] === '[') return index;
  return -1;
}

function closingOf(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return index;
  }
  return -1;
}

function parseLeniently(candidate: string): { readonly value: unknown } | undefined {
  const mended = mendBackslashes(candidate);
  try {
    return { value: JSON.parse(mended) };
  } catch {
    // Anything can be repaired into some JSON string; only what looks like an object or a list is worth it.
    if (!/^[[{]/.test(mended)) return undefined;
  }
  try {
    return { value: JSON.parse(jsonrepair(mended)) };
  } catch {
    return undefined;
  }
}

/**
 * LaTeX commands whose first letter makes a valid JSON escape: `"\frac"` would become a form feed and "rac". Commands
 * that could as well be a line break before an English word or a variable (`\ne`, `\nu`, `\to`) are left alone.
 */
const latexAfterEscape =
  'bar|begin|beta|bf|big|Big|bigcap|bigcup|binom|bmod|boldsymbol|bot|boxed|bullet|flat|forall|frac|nabla|neg|neq|nmid|' +
  'notin|rangle|rceil|rfloor|rho|right|rightarrow|rm|tan|tanh|tau|text|textbf|tfrac|theta|tilde|times|top|triangle';
const strayBackslash = new RegExp(
  String.raw`\\\\|\\(?=(?:${latexAfterEscape})(?![A-Za-z])|u(?![0-9a-fA-F]{4})|[^"\\/bfnrtu])`,
  'g',
);

/** Doubles backslashes that were meant as such, so that a strategy about `\frac` keeps its fraction. */
function mendBackslashes(json: string): string {
  return json.includes('\\') ? json.replace(strayBackslash, String.raw`\\`) : json;
}
