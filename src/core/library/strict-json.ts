import { ZooError, messageOf } from '../error.ts';

/** Arrays and objects inside one another at most; what the ledger keeps has five levels. */
const maximumDepth = 64;

/**
 * JSON that every reader understands alike: besides what the grammar asks, no key twice in an object, no integer beyond
 * ±(2^53 - 1), no number too large for a double, no lone surrogate, at most 64 levels. For text that comes from
 * outside; what zoo wrote itself is checked by its digests.
 *
 * @param source what the text is, for the message
 * @throws ZooError `invalid-json`
 */
export function parseStrictJson(text: string, source: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ZooError('invalid-json', `${source} is not valid JSON: ${messageOf(cause)}`, { cause });
  }
  checkTokens(text, source);
  return value;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],]|-?\d[\d.eE+-]*/gs;

/** Walks the tokens of a text that is known to be JSON. */
function checkTokens(text: string, source: string): void {
  /** The keys of every open object, null for an open array. */
  const open: (Set<string> | null)[] = [];
  let key = false;
  for (const [found] of text.matchAll(token)) {
    switch (found.charAt(0)) {
      case '{':
      case '[':
        if (open.length >= maximumDepth) throw refused(source, `it is nested more than ${maximumDepth} levels deep`);
        open.push(found === '{' ? new Set() : null);
        key = found === '{';
        break;
      case '}':
      case ']':
        open.pop();
        key = false;
        break;
      case ',':
        key = open.at(-1) !== null;
        break;
      case '"': {
        const string = JSON.parse(found) as string;
        if (!string.isWellFormed()) throw refused(source, 'a string holds half of a surrogate pair');
        const keys = open.at(-1);
        if (key && keys instanceof Set) {
          if (keys.has(string)) throw refused(source, `the key ${found.slice(0, 80)} stands twice in one object`);
          keys.add(string);
        }
        key = false;
        break;
      }
      default:
        checkNumber(found, source);
    }
  }
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
