import canonicalize from 'canonicalize';
import { ZooError } from '../error.ts';

/** Arrays and objects inside one another at most. */
const maximumDepth = 64;

/**
 * Canonical JSON (RFC 8785) of a value, of which two implementations write the same bytes: keys sorted by UTF-16 code
 * units, no white space, numbers as ECMAScript writes them.
 *
 * Only plain JSON has a canonical form: no undefined, no functions or class instances, no numbers that are not finite,
 * no integers beyond ±(2^53 - 1), no lone surrogates, at most 64 levels.
 *
 * @throws ZooError `not-canonical`, naming the place
 */
export function canonicalJson(value: unknown): string {
  const flaw = findFlaw(value, 0);
  if (flaw !== undefined) throw notCanonical(flaw);
  const sorted = sortKeys(value);
  // Keys that look like numbers come first in any JavaScript object, so that no order of them can be given.
  const text = sorted === undefined ? canonicalize(value) : JSON.stringify(sorted);
  if (text === undefined) throw notCanonical({ why: 'it is not JSON', path: '' });
  return text;
}

/**
 * The same value with its keys in order: what JSON.stringify then writes is canonical, for RFC 8785 takes strings and
 * numbers from it, and several times as fast as any writer of its own. Undefined where a key looks like a number.
 */
function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value as unknown[]) {
      const sorted = sortKeys(item);
      if (sorted === undefined) return undefined;
      items.push(sorted);
    }
    return items;
  }
  const members: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  // By UTF-16 code units, as sort does by itself.
  for (const key of Object.keys(value).sort()) {
    const first = key.charCodeAt(0);
    if (first >= 48 && first <= 57) return undefined;
    const sorted = sortKeys((value as Record<string, unknown>)[key]);
    if (sorted === undefined) return undefined;
    members[key] = sorted;
  }
  return members;
}

interface Flaw {
  readonly why: string;
  readonly path: string;
}

/** What keeps a value from being plain JSON. The path grows on the way up, so that it costs nothing where all is well. */
function findFlaw(value: unknown, depth: number): Flaw | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string')
    return value.isWellFormed() ? undefined : here('a string holds half of a surrogate pair');
  if (typeof value === 'number') return numberFlaw(value);
  if (typeof value !== 'object') return here(`a value of type ${typeof value} is not JSON`);
  if (depth >= maximumDepth) return here(`it is nested more than ${maximumDepth} levels deep`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const flaw = findFlaw(value[index], depth + 1);
      if (flaw !== undefined) return { ...flaw, path: `/${index}${flaw.path}` };
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return here('an instance of a class is not JSON');
  for (const [key, member] of Object.entries(value)) {
    if (!key.isWellFormed()) return here('a key holds half of a surrogate pair');
    const flaw = findFlaw(member, depth + 1);
    if (flaw !== undefined) return { ...flaw, path: `/${key}${flaw.path}` };
  }
  return undefined;
}

function numberFlaw(value: number): Flaw | undefined {
  if (!Number.isFinite(value)) return here(`${value} is not a JSON number`);
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? here(`${value} is an integer beyond 2^53 - 1, which readers round differently`)
    : undefined;
}

function here(why: string): Flaw {
  return { why, path: '' };
}

function notCanonical({ why, path }: Flaw): ZooError {
  return new ZooError('not-canonical', `no canonical JSON${path === '' ? '' : ` at ${path}`}: ${why}`, {
    hint: 'Change the value; the ledger keeps only JSON that every program reads alike.',
  });
}
