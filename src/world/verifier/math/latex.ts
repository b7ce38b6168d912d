import { LatexSyntax } from '@cortex-js/compute-engine/latex-syntax';
import type { Meaning } from './meaning.ts';
import { meaningOf } from './meaning.ts';
import { fromMathJson } from './node.ts';

/** Longer answers are compared as text only. */
const longestAnswer = 1500;
/** Deeper nesting makes the parser backtrack without end. */
const deepest = 12;

let parser: LatexSyntax | undefined;

/** What a formula or a plain expression says; undefined when it cannot be read. Never evaluates anything. */
export function readAnswer(text: string): Meaning | undefined {
  const { latex, percent, words } = clean(text);
  if (words !== undefined) return { kind: 'text', text: words };
  if (latex === '' || latex.length > longestAnswer || isEntangled(latex)) return undefined;
  parser ??= new LatexSyntax();
  let json: unknown;
  try {
    json = parser.parse(latex);
  } catch {
    // The parser gives up on what is too deep by overflowing its stack: such an answer cannot be read.
    return undefined;
  }
  const node = fromMathJson(json);
  const meaning = node && meaningOf(node);
  return meaning?.kind === 'value' && percent ? { ...meaning, percent } : meaning;
}

function nesting(latex: string): number {
  let depth = 0;
  let most = 0;
  for (const [token] of latex.matchAll(/\\?[{}()[\]]|\\begin|\\end|\\lfloor|\\rfloor|\\langle|\\rangle/g)) {
    if (/[{([]$|begin|lfloor|langle/.test(token)) most = Math.max(most, ++depth);
    else depth--;
  }
  return most;
}

/** True for what would make the parser try one reading after the other for longer than anybody waits. */
function isEntangled(latex: string): boolean {
  const count = (what: RegExp) => latex.match(what)?.length ?? 0;
  return nesting(latex) > deepest || count(/\|/g) > 6 || count(/\\pm|\\mp/g) > 4;
}

interface Cleaned {
  readonly latex: string;
  readonly percent: boolean;
  /** Set when the answer is words and no formula. */
  readonly words?: string;
}

/** The text of a formula as the parser wants it: no dress, no units, no currency, plain spellings turned into LaTeX. */
function clean(text: string): Cleaned {
  const words = wordsOf(text);
  if (words !== undefined) return { latex: '', percent: false, words };
  const bare = undress(text);
  const percent = /(?:%|percent(?:age)?|pct\.?)\s*$/i.test(bare);
  const whole = bare.replace(/(?:%|percent(?:age)?|pct\.?)\s*$/i, '');
  // A percent sign inside would start a comment of LaTeX and hide what is behind it.
  return {
    latex: joinThousands(spellOut(withoutUnits(whole)))
      .replaceAll('%', '\\%')
      .trim(),
    percent,
  };
}

/** \text{Evelyn}, "(C)", "yes": what is all letters, more than one of them or in \text. */
function wordsOf(text: string): string | undefined {
  const trimmed = text.replace(/[$.]+$|^\$+/g, '').trim();
  const boxed =
    /^\\(?:text|textbf|textit|mathrm|mathbf|mbox|textnormal|operatorname)\s*\{([^{}\\$]*[\p{L}][^{}\\$]*)\}\.?$/u.exec(
      trimmed,
    );
  if (boxed !== null) return /^\s*[\d.,/]+\s*$/.test(boxed[1] as string) ? undefined : (boxed[1] as string).trim();
  if (/^\([\p{L}]\)$/u.test(trimmed)) return trimmed.slice(1, -1);
  return /^[\p{L}][\p{L}'’-]+(?:[ ,]+[\p{L}'’-]+)*[.!]?$/u.test(trimmed) && !constantWords.test(trimmed)
    ? trimmed
    : undefined;
}

const constantWords = /^(?:pi|inf|infinity|xy|yx|ab|ac|bc|xyz|abc|sqrt|infty)$/i;

/** Stands for the end of a matrix row while other backslashes are taken off. */
const rowBreak = '\u0001';

function undress(text: string): string {
  const isMatrix = /\\begin\s*\{/.test(text);
  return (isMatrix ? text.replaceAll('\\\\', rowBreak) : text.replace(/\\\\(?=[a-zA-Z])/g, '\\').replace(/\\\\/g, ' '))
    .normalize('NFKC')
    .replace(/\\[()[\]]/g, ' ')
    .replace(/\\\$|\$|€|£|¥|₹/g, '')
    .replace(/[\u2212\u2013\u2014]/g, '-')
    .replace(/\\%/g, '%')
    .replace(/\\(?:left|right)\s*\./g, '')
    .replace(/\\(?:left|right|displaystyle|textstyle|limits|bigl?|bigr|Bigl?|Bigr|middle)(?![a-zA-Z])/g, '')
    .replace(/,\\!\s*/g, ',')
    .replace(/\\!/g, '')
    .replace(/\\(?:quad|qquad|hspace\{[^{}]*\}|phantom\{[^{}]*\})/g, ' ')
    .replace(/\\[,;: ]|~/g, ' ')
    .replace(/\\(?:textnormal|textbf|textit|textrm|textsf|mbox|hbox|textup)\s*\{/g, '\\text{')
    .replace(/\\(?:boxed|fbox)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\(?:math(?:bf|rm|it|sf|tt)|text)\s*\{([-\d.,/ ]*\d[-\d.,/ ]*)\}/g, '$1')
    .replace(/\^\s*(?:\{\s*\\circ\s*\}|\\circ)|\\degree|°|\\text\{\s*degrees?\s*\}/g, '^{\\circ}')
    .replace(/\*\*(?=\s*$)|^\s*\*\*/g, '')
    .trim()
    .replace(/(?<!\\)[.,;:]+$/, '')
    .trim()
    .replaceAll(rowBreak, ' \\\\ ');
}

/** Units behind the answer, in words or in \text; what is asked for is the number. */
function withoutUnits(text: string): string {
  const separated = text
    .replace(/\\text\s*\{\s*(or|and)\s*\}/g, ' , ')
    .replace(/(?<=[\d})\]])\s+(?:or|and)\s+(?=[-\\\d({[a-z])/g, ' , ');
  return separated
    .replace(
      /\s*\\(?:text|mathrm)\s*\{(?![^{}]*\b(?:is|are|not|or|if|unless|except|wrong|false|incorrect)\b)[^{}]*\}\s*(?:\^\s*(?:\{\s*-?\d\s*\}|\d))?(?:\s*(?:\/|\\cdot)?\s*\\(?:text|mathrm)\s*\{[^{}]*\}(?:\^\s*(?:\{\s*-?\d\s*\}|\d))?)*\s*\.?$/,
      '',
    )
    .replace(/\\(?:text|mathrm)\s*\{\s*\}/g, '')
    .replace(
      /(?<=[\d}])\s*(?:square |cubic )?(?:units?|cm|mm|km|kg|m|ft|feet|foot|inch(?:es)?|in|yards?|miles?|meters?|metres?|centimeters?|kilometers?|seconds?|sec|minutes?|min|hours?|hrs?|days?|weeks?|months?|years?|dollars?|cents?|euros?|degrees?|radians?|points?|people|students?|grams?|pounds?|lbs?|liters?|gallons?|mph|km\/h|m\/s)(?:\s*(?:\^\s*\{?[23]\}?|[²³]))?\s*\.?$/i,
      '',
    )
    .replace(/^([-+]?[\d.,]+)\s+[a-z]{2,}(?: [a-z]{2,})*$/i, '$1')
    .trim();
}

const functions = 'sin|cos|tan|cot|sec|csc|log|ln|exp|arcsin|arccos|arctan|max|min';

/** Plain spellings: sqrt(2), pi, <=, **, infinity. */
function spellOut(text: string): string {
  return text
    .replace(/\*\*/g, '^')
    .replace(/(?<![\d./^_{])(\d+) +(\d+)\/(\d+)(?![\d.])/g, '$1\\frac{$2}{$3}')
    .replace(/(?<![\\a-zA-Z])sqrt\s*\(([^()]*)\)/g, '\\sqrt{$1}')
    .replace(/(?<![\\a-zA-Z])(pi|infinity|theta|alpha|beta)(?![a-zA-Z])/gi, (_, name: string) =>
      /^inf/i.test(name) ? '\\infty ' : `\\${name.toLowerCase()} `,
    )
    .replace(/(?<![\\a-zA-Z])inf(?![a-zA-Z])/g, '\\infty ')
    .replace(new RegExp(`(?<![\\\\a-zA-Z])(${functions})(?![a-zA-Z])`, 'g'), '\\$1')
    .replace(/π/g, '\\pi ')
    .replace(/∞/g, '\\infty ')
    .replace(/√\s*\(?(\d+)\)?/g, '\\sqrt{$1}')
    .replace(/[×·]/g, '\\cdot ')
    .replace(/≤|<=|=<|\\leqslant/g, '\\le ')
    .replace(/≥|>=|\\geqslant/g, '\\ge ')
    .replace(/≠|!=|\\not\s*=/g, '\\ne ')
    .replace(/∪|(?<=[)\]}])\s*U\s*(?=[([{\\])/g, '\\cup ')
    .replace(/∈/g, '\\in ')
    .replace(/±|\+\/-/g, '\\pm ')
    .replace(/²/g, '^2')
    .replace(/³/g, '^3')
    .replace(/\\approxeq|\\simeq|≈/g, '\\approx ')
    .replace(/(=.*?)\\approx.*$/s, '$1')
    .replace(/^([^=<>]*)\\approx/, '$1=')
    .replace(/\\(?:lbrace|lbrack)/g, (name) => (name === '\\lbrace' ? '\\{' : '['))
    .replace(/\\(?:rbrace|rbrack)/g, (name) => (name === '\\rbrace' ? '\\}' : ']'));
}

/** 1,000 and 1 000 become 1000; digits that merely stand side by side become a list, or the parser would join them. */
function joinThousands(text: string): string {
  return text
    .replace(/\{,\}(?=\s*\d{3}(?!\d))/g, '')
    .replace(
      /(?<![\d.,])([1-9]\d{0,2})((?:,\d{3})+)(?![\d,])/g,
      (_, head: string, tail: string, at: number, all: string) =>
        isListed(all, at) ? `${head}${tail}` : `${head}${tail.replaceAll(',', '')}`,
    )
    .replace(
      /(?<![\d.,])([1-9]\d{0,2})((?: +\d{3})+)(?![\d])/g,
      (_, head: string, tail: string) => `${head}${tail.replaceAll(' ', '')}`,
    )
    .replace(/(?<!(?:\\[a-zA-Z]+\s*|[_^])\d*)(\d)\s+(?=\d)/g, '$1 , ');
}

/** Inside brackets commas separate: (1,200) is a pair. */
function isListed(text: string, at: number): boolean {
  return /[([{]\s*$/.test(text.slice(0, at)) || /,\s*$/.test(text.slice(0, at)) || /[([]|\\\{/.test(text.slice(0, at));
}
