import canonicalize from 'canonicalize';
import { ZooError } from '../error.ts';

/** Arrays and objects inside one another at most. */
export const maximumDepth = 64;

/**
 * Canonical JSON (RFC 8785) of a value, of which two implementations write the same bytes: keys sorted by UTF-16 code
 * units, no white space, numbers as ECMAScript writes them.
 *
 * Only plain JSON has a canonical form: no undefined, no functions or class instances, no numbers that are not finite,
 * no integers beyond ±(2^53 - 1), no lone surrogates, at most {@link maximumDepth} levels.
 *
 * @throws ZooError `not-canonical`, naming the place
 */
export function canonicalJson(value: unknown): string {
  checkPlain(value, '', 0);
  const text = canonicalize(value);
  if (text === undefined) throw notCanonical('', 'it is not JSON');
  return text;
}

function checkPlain(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw notCanonical(path, 'a string holds half of a surrogate pair');
    return;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notCanonical(path, `${value} is not a JSON number`);
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw notCanonical(path, `${value} is an integer beyond 2^53 - 1, which readers round differently`);
    return;
  }
  if (typeof value !== 'object') throw notCanonical(path, `a value of type ${typeof value} is not JSON`);
  if (depth >= maximumDepth) throw notCanonical(path, `it is nested more than ${maximumDepth} levels deep`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) checkPlain(value[index], `${path}/${index}`, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw notCanonical(path, 'an instance of a class is not JSON');
  for (const [key, member] of Object.entries(value)) {
    if (!key.isWellFormed()) throw notCanonical(path, 'a key holds half of a surrogate pair');
    checkPlain(member, `${path}/${key}`, depth + 1);
  }
}

function notCanonical(path: string, why: string): ZooError {
  return new ZooError('not-canonical', `no canonical JSON${path === '' ? '' : ` at ${path}`}: ${why}`, {
    hint: 'Change the value; the ledger keeps only JSON that every program reads alike.',
  });
}
