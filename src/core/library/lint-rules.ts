import { addressesOperator, isStrategy } from './quality.ts';
import { countWords, isConcise, maximumWords } from './words.ts';

export interface LintRule {
  readonly name: string;
  readonly level: 'error' | 'warning';
  /** What the rule is for, in one sentence. */
  readonly about: string;
  readonly mend: string;
  /** Whether the examples of an experience are held to it as well. */
  readonly examplesToo: boolean;
  /** What is wrong with a text; undefined when nothing is. */
  readonly check: (text: string) => string | undefined;
}

export const textRules: readonly LintRule[] = [
  {
    name: 'concise',
    level: 'error',
    about: `An experience has at most ${maximumWords} words.`,
    mend: 'Shorten it, or split it into two experiences.',
    examplesToo: false,
    check: (text) => (isConcise(text) ? undefined : `It has ${countWords(text)} words; ${maximumWords} are allowed.`),
  },
  {
    name: 'strategic',
    level: 'warning',
    about: 'An experience reads "When [context], [action]".',
    mend: 'Write it as "When [context], [action]".',
    examplesToo: false,
    check: (text) => (isStrategy(text) ? undefined : 'It does not read "When [context], [action]".'),
  },
  {
    name: 'general',
    level: 'warning',
    about: 'An experience holds for a class of problems, never for one.',
    mend: 'Say what holds for every problem of the kind, without numbers and answers of one of them.',
    examplesToo: false,
    check: findSpecifics,
  },
  {
    name: 'actionable',
    level: 'warning',
    about: 'An experience says what to do.',
    mend: 'Name the step to take, such as "check …", "enumerate …", "substitute …".',
    examplesToo: false,
    check: findVagueness,
  },
  {
    name: 'operator-instruction',
    level: 'error',
    about: 'An experience speaks to the solver of a problem, never to the operator or the machinery around it.',
    mend: 'Remove it; if it was learned, look at the rollouts behind it ("zoo ledger why").',
    examplesToo: true,
    check: (text) =>
      addressesOperator(text) ? 'It speaks to the operator or the machinery around the model.' : undefined,
  },
  {
    name: 'secret',
    level: 'error',
    about: 'Libraries are published: no keys, tokens or passwords.',
    mend: 'Remove it here and from earlier versions, and replace the key: it counts as known.',
    examplesToo: true,
    check: (text) => {
      const kind = findPattern(text, secretPatterns);
      return kind === undefined ? undefined : `It seems to hold ${kind}.`;
    },
  },
  {
    name: 'personal-data',
    level: 'error',
    about: 'Libraries are published: nothing that points to a person.',
    mend: 'Remove it here and from earlier versions.',
    examplesToo: true,
    check: (text) => {
      const kind = findPattern(text, personalPatterns);
      return kind === undefined ? undefined : `It seems to hold ${kind}.`;
    },
  },
];

type Pattern = readonly [kind: string, pattern: RegExp, confirms?: (match: string) => boolean];

/** Shapes that the issuers of keys document, and the words that people put before a password. */
const secretPatterns: readonly Pattern[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a private key', /\b(?:0x)?[0-9a-fA-F]{64}\b/],
  ['an API key', /\b(?:sk|pk|rk)[-_](?:live[-_]|test[-_]|proj[-_]|ant[-_])?[A-Za-z0-9_-]{16,}/],
  ['an access token of Hugging Face', /\bhf_[A-Za-z0-9]{20,}/],
  ['an access token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/],
  ['an access token of GitLab', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['an access token of npm', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a bearer token', /\bBearer [A-Za-z0-9._~+/-]{20,}/],
  ['an access key of AWS', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['an API key of Google', /\bAIza[A-Za-z0-9_-]{35}/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/],
  ['a password', /\b(?:password|passwd|secret|api[_-]?key|access[_-]?token)\s*[:=]\s*['"]?[^\s'"]{6,}/i],
  ['a URL with a password', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i],
];

const personalPatterns: readonly Pattern[] = [
  ['an e-mail address', /\b[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b/i],
  ['a phone number', /(?<![\w.,])\+\d{1,3}[ .-]?(?:\(?\d{2,4}\)?[ .-]?){2,4}\d{2,4}(?![\w])/],
  ['a phone number', /(?<![\w-])(?:\(\d{3}\) ?|\d{3}-)\d{3}-\d{4}(?![\w-])/],
  ['a card number', /(?<![\d.,])(?:\d[ -]?){12,18}\d(?![\d.,])/, hasLuhnDigit],
  ['a bank account number', /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/, isIban],
  ['a social security number', /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/],
];

function findPattern(text: string, patterns: readonly Pattern[]): string | undefined {
  for (const [kind, pattern, confirms] of patterns) {
    const match = pattern.exec(text)?.[0];
    if (match !== undefined && (confirms === undefined || confirms(match))) return kind;
  }
  return undefined;
}

/** The check digit of payment cards (ISO/IEC 7812-1). */
function hasLuhnDigit(text: string): boolean {
  const digits = Array.from(text.replaceAll(/\D/g, ''), Number).toReversed();
  const sum = digits.reduce(
    (total, digit, index) => total + (index % 2 === 0 ? digit : Math.floor(digit / 5) + ((digit * 2) % 10)),
    0,
  );
  return digits.length >= 13 && new Set(digits).size > 2 && sum % 10 === 0;
}

/** The check digits of bank accounts (ISO 13616): the number, letters as 10 to 35, is 1 modulo 97. */
function isIban(text: string): boolean {
  const compact = text.replaceAll(' ', '');
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return compact.length >= 15 && remainder === 1;
}

function findSpecifics(text: string): string | undefined {
  const phrase =
    /\b(?:in this (?:problem|case|question|exercise)|this (?:particular|specific) (?:problem|question)|the (?:correct |final )?answer (?:is|was|equals)|problem (?:number |#)?\d+)\b/i.exec(
      text,
    )?.[0];
  if (phrase !== undefined) return `"${phrase}" speaks of one problem.`;
  const number = /(?<![\w.^_{])\d{4,}(?!\w)/.exec(text)?.[0];
  return number !== undefined && number !== '1000' ? `The number ${number} seems to belong to one problem.` : undefined;
}

const vague =
  /,\s*(?:always |please |just |simply |do )?(?:be (?:very |more |extra )?(?:careful|cautious|precise|thorough|accurate|mindful)|think (?:hard|carefully|deeply|step by step)|try (?:hard(?:er)?|your best)|your best|pay (?:close )?attention|take care|do not make mistakes|avoid (?:mistakes|errors)|solve (?:it|the problem) (?:correctly|carefully)|work carefully)\b[^,;:]{0,24}$/i;

function findVagueness(text: string): string | undefined {
  return vague.test(text.replace(/[.!]+$/, '')) ? 'Its action is a wish, not a step to take.' : undefined;
}
