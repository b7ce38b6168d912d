/**
 * Rules that an experience's text must keep before it may enter a library. Each is a question about the text alone, or
 * about the text and the problem that taught it.
 */

/** Lower case, letters and digits only: texts that differ in case, spacing or punctuation alone are equal. */
export function normalizeText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Share of content words that two texts have in common, [0, 1] (Jaccard, over sets of normalised words). */
export function wordOverlap(first: string, second: string): number {
  return setOverlap(contentWords(first), contentWords(second));
}

/** Jaccard's likeness of two sets, [0, 1]; two empty sets are alike. */
export function setOverlap(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  let common = 0;
  for (const word of first) if (second.has(word)) common++;
  return first.size + second.size === 0 ? 1 : common / (first.size + second.size - common);
}

const functionWords = new Set(
  'a an and are as at be by for from in is it its of on or that the then this to when with you your'.split(' '),
);

/** The normalised words of a text that say what it is about. */
export function contentWords(text: string): Set<string> {
  return new Set(
    normalizeText(text)
      .split(' ')
      .filter((word) => !functionWords.has(word)),
  );
}

const contextOpening =
  /^(?:when(?:ever)?|for|if|before|after|while|once|until|in|on|at|to|with|given|during|where|as|upon|every time|unless)\b/i;

/** "When [context], [action]": a context that opens the sentence, a comma, and at least two words of action. */
export function isStrategy(text: string): boolean {
  const comma = text.indexOf(',');
  if (comma < 0 || !contextOpening.test(text.trim())) return false;
  const action = text.slice(comma + 1).match(/\p{L}+/gu);
  return action !== null && action.length >= 2;
}

/** Each asks for more than a word that solvers use too: systems have rules, and tokens are drawn. */
const operatorPatterns: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:all|any|your|my|our|these|those|the|previous|prior|earlier|above|system) (?:instructions?|prompts?|guidelines?)\b/i,
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:(?:your|system|safety) (?:rules?|messages?|context|orders?)|(?:all|everything|anything|what \w+) (?:(?:of the|said|written|stated) )?(?:above|before|previous|prior)|the above(?=[.,;:!?]|$| and\b))/i,
  /\b(?:system|developer) (?:prompt|message)s?\b/i,
  /\byou are (?:now|no longer)\b/i,
  /\bas an? (?:ai|language model|assistant)\b/i,
  /\b(?:print|reveal|show|tell|give|send|output|include|return|post|paste|disclose|share|leak|enter|type|repeat|expose|display|list|write)\s+(?:\w+\s+){0,3}(?:api[ -]?key|password|private key|seed phrase|credential|secret key|access token|mnemonic)s?\b/i,
  /\b(?:dear|tell|ask|inform|warn|notify|instruct) (?:the )?(?:operator|administrator|admin|developer|owner|curator|maintainer)s?\b/i,
  /\bdear user\b|\b(?:tell|ask|urge|instruct) (?:the )?users? to\b/i,
  /\b(?:curl|wget) \S*(?:-|:\/\/|\.\w)|\bsudo \w|\brm -rf\b|\b(?:npm|pip|apt|apt-get|brew) install\b/i,
  /\b(?:run|execute|eval)\b.{0,20}(?:`|\$\(|\| ?(?:ba)?sh\b|https?:)/i,
  /https?:\/\/|\bwww\.|\bmailto:/i,
  /```|<\/[a-z][^>]*>|<(?:a|img|script|style|svg|iframe|object|embed|link|form|system|user|assistant|instructions?|prompt|tool\w*|function\w*)\b[^>]*>|<\|[^|]*\|>|\[\/?inst\]/i,
  /\b(?:transfer|send|approve|withdraw|pay)\b.{0,30}(?:\b(?:funds?|wallets?)\b|\b0x[0-9a-f]{6,}|\b(?:all|your|my|the) (?:tokens|coins|money|balance) to\b)/i,
  /\bvote (?:yes|no)\b|\bvote (?:for|against) (?:proposals?|this|it|me|us|the (?:proposal|root|change))\b/i,
];

/** True for what speaks to the operator or to the machinery around the solver, or tries to take it over. */
export function addressesOperator(text: string): boolean {
  return operatorPatterns.some((pattern) => pattern.test(text));
}

/** Control characters, bidirectional overrides, invisible characters and lone surrogates: unfit to show or to commit to. */
export function hasUnsafeCharacters(text: string): boolean {
  // Cc without nothing: an experience is one line. Cf holds the bidirectional and zero-width characters.
  return !text.isWellFormed() || /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(text) || invisible.test(text);
}

/**
 * Letters and marks that nobody sees, in which text can be hidden: what Unicode lets programs ignore (the property
 * Default_Ignorable_Code_Point) beyond Cf, but for the two selectors that tell text from emoji.
 */
const invisible = /[\uFE00-\uFE0D\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u3164\uFFA0\u{E0000}-\u{E0FFF}]/u;

/** Numbers that belong to mathematics rather than to any one problem. */
const commonNumbers = new Set([
  '10',
  '12',
  '16',
  '24',
  '30',
  '32',
  '45',
  '60',
  '64',
  '90',
  '100',
  '180',
  '360',
  '1000',
]);

const commonNames = new Set(
  `Euler Fermat Vieta Pythagorean Pythagoras Fibonacci Cauchy Schwarz Chinese Legendre Lucas Catalan Stirling Bayes
  Markov Newton Lagrange Gauss Gaussian Heron Ptolemy Menelaus Ceva Diophantine Cartesian Euclid Euclidean Bezout
  Burnside Burnside's Simson Stewart Jensen Wilson Taylor Monte Carlo Hensel Pascal Bernoulli Riemann English Latin
  Greek Roman Python JavaScript TypeScript Rust Java When For If Find Let Suppose Compute Determine What How`.split(
    /\s+/,
  ),
);

/**
 * What in a text belongs to the problem that taught it: its answer, its larger numbers, and the proper names in it.
 * Single digits and numbers that are common in mathematics are let through, unless they are all of the answer that
 * could be told.
 */
export function problemSpecifics(
  text: string,
  problem: { readonly problem: string; readonly answer?: string | undefined },
): string[] {
  const found = new Set<string>();
  const numbers = new Set(text.match(/\d+(?:[.,]\d+)*/g) ?? []);
  const problemNumbers = new Set(problem.problem.match(/\d+(?:[.,]\d+)*/g) ?? []);
  const answer = problem.answer?.trim().replace(/^0+(?=\d)/, '') ?? '';
  for (const number of numbers) {
    const plain = number.replaceAll(',', '').replace(/^0+(?=\d)/, '');
    if (plain.length >= 2 && plain === answer.replaceAll(',', '')) found.add(number);
    else if (plain.length >= 2 && problemNumbers.has(number) && !commonNumbers.has(plain)) found.add(number);
  }
  if (answer.length >= 4 && !/^[\d.,]+$/.test(answer) && normalizeText(answer).length >= 4) {
    if (` ${normalizeText(text)} `.includes(` ${normalizeText(answer)} `)) found.add(answer);
  }
  for (const name of properNames(problem.problem)) {
    if (new RegExp(`\\b${name}\\b`, 'u').test(text)) found.add(name);
  }
  return [...found];
}

/** Capitalised words inside sentences, which in a problem are mostly people, places and products. */
function properNames(problem: string): Set<string> {
  const plain = problem.replaceAll(/\$[^$]*\$|\\\w+/g, ' ');
  const names = new Set<string>();
  for (const [, name = ''] of plain.matchAll(/(?<=[\p{Ll},;)] )(\p{Lu}\p{Ll}{2,})\b/gu)) {
    if (!commonNames.has(name)) names.add(name);
  }
  return names;
}
