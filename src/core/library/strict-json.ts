import { ZooError, messageOf } from '../error.ts';

/** Arrays and objects inside one another at most; what the ledger keeps has five levels. */
const maximumDepth = 64;

/**
 * JSON that every reader understands alike: besides what the grammar asks, no key twice in an object, no integer beyond
 * ±(2^53 - 1), no number too large for a double, no lone surrogate, no key `__proto__`, at most 64 levels. For text that comes from
 * outside; what zoo wrote itself is checked by its digests.
 *
 * @param source what the text is, for the message
 * @param hint how to mend what is no JSON
 * @throws ZooError `invalid-json`
 */
export function parseStrictJson(text: string, source: string, hint = 'Mend the text at that place.'): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ZooError('invalid-json', `${source} is not valid JSON: ${messageOf(cause)}`, {
      cause,
      hint,
    });
  }
  if (!isPlainlyStrict(text, value)) checkTokens(text, source);
  return value;
}

/**
 * Whether a text is what JSON.stringify writes of its own value, on one line or with two spaces a level, and shows nothing
 * else that could be refused: then no key stands twice, and no number was rounded. Most of what zoo is handed was written
 * so.
 */
function isPlainlyStrict(text: string, value: unknown): boolean {
  // Half of a pair is written as an escape; an integer that is not exact has sixteen digits or an exponent.
  if (/\\ud|__proto__|(?:^|[ :,[])-?(?:\d{16}|[\d.]+e\+)/.test(text) || !hasLevels(value, maximumDepth)) return false;
  const written = JSON.stringify(value, null, text[1] === '\n' ? 2 : 0);
  return text.startsWith(written) && text.slice(written.length).trim() === '';
}

/** Whether there are at most so many arrays and objects inside one another. */
function hasLevels(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  for (const member of Array.isArray(value) ? (value as unknown[]) : Object.values(value))
    if (!hasLevels(member, levels - 1)) return false;
  return true;
}

/** Character codes: comparing them is several times as fast as comparing one-character strings. */
const code = {
  quote: 34,
  comma: 44,
  zero: 48,
  nine: 57,
  minus: 45,
  openList: 91,
  closeList: 93,
  open: 123,
  close: 125,
};

/** Walks the tokens of a text that is known to be JSON. */
function checkTokens(text: string, source: string): void {
  // Only an escape can hide half of a pair, or make two spellings of one key.
  const escapes = text.includes('\\') || !text.isWellFormed();
  /** The keys of every open object, null for an open array. */
  const open: (Set<string> | null)[] = [];
  let expectsKey = false;
  for (let place = 0; place < text.length; place++) {
    const character = text.charCodeAt(place);
    if (character === code.quote) {
      const end = endOfString(text, place);
      if (escapes || expectsKey) checkString(text.slice(place, end + 1), expectsKey ? open.at(-1) : undefined, source);
      expectsKey = false;
      place = end;
    } else if (character === code.comma) expectsKey = open.at(-1) !== null;
    else if (character === code.open || character === code.openList) {
      if (open.length >= maximumDepth) throw refused(source, `it is nested more than ${maximumDepth} levels deep`);
      expectsKey = character === code.open;
      open.push(expectsKey ? new Set() : null);
    } else if (character === code.close || character === code.closeList) {
      open.pop();
      expectsKey = false;
    } else if (character === code.minus || (character >= code.zero && character <= code.nine)) {
      let end = place + 1;
      while (end < text.length && numberCharacters.has(text.charAt(end))) end++;
      // Shorter numbers without an exponent are exact and small.
      if (end - place > 15 || /e/i.test(text.slice(place, end))) checkNumber(text.slice(place, end), source);
      place = end - 1;
    }
  }
}

const numberCharacters = new Set('0123456789+-.eE');

/** The place of the quotation mark that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function checkString(token: string, keys: Set<string> | null | undefined, source: string): void {
  const string = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
  if (!string.isWellFormed()) throw refused(source, 'a string holds half of a surrogate pair');
  if (!(keys instanceof Set)) return;
  // To JavaScript it may mean the object's prototype: a schema leaves it out, and the rest would have another digest.
  if (string === '__proto__') throw refused(source, 'a key is __proto__, which some readers leave out');
  if (keys.has(string)) throw refused(source, `the key ${token.slice(0, 80)} stands twice in one object`);
  keys.add(string);
}

function checkNumber(text: string, source: string): void {
  const value = Number(text);
  if (!Number.isFinite(value)) throw refused(source, `the number ${text.slice(0, 40)} is too large`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw refused(source, `the integer ${text.slice(0, 40)} is beyond 2^53 - 1, which readers round differently`);
}

function refused(source: string, why: string): ZooError {
  return new ZooError('invalid-json', `${source} is not taken: ${why}`, {
    hint: 'Mend the text; the ledger takes only JSON that every program reads alike.',
  });
}
