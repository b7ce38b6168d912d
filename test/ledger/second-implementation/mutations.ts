import { type Random, shuffle } from '../../../src/core/random.ts';
import { pick } from './random-library.ts';

/** Bytes with one thing about them changed: a bit, or a byte or a stretch left out, doubled or put in. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  const end = Math.min(bytes.length, at + 1 + Math.floor(random() ** 3 * 40));
  const [before, stretch, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  const flipped = bytes.slice();
  flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  return pick(random, [
    flipped,
    flipped,
    flipped,
    Uint8Array.of(...before, ...after),
    Uint8Array.of(...before, ...stretch, ...stretch, ...after),
    Uint8Array.of(...before, Math.floor(random() * 256), ...stretch, ...after),
    before,
  ]);
}

/** Small, large, empty, long, odd in Unicode, or of another type. */
const unusual: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  2,
  1.5,
  2 ** 53 - 1,
  2 ** 53,
  1e21,
  1e-7,
  1e300,
  '',
  ' ',
  'x',
  'x\n',
  '\n',
  '00',
  'é',
  'e\u0301',
  '\u0000',
  '\ud800',
  '\ufeff',
  '\u200d',
  'ſ',
  '٣',
  '2026-02-30T00:00:00Z',
  '2026-01-01t00:00:00z',
  'a'.repeat(65),
  'a'.repeat(129),
  'b'.repeat(59),
  '😀'.repeat(64),
  '😀'.repeat(256),
  '😀'.repeat(1024),
  '😀'.repeat(1025),
  '0'.repeat(64),
  'f'.repeat(64),
  'F'.repeat(64),
  'ab'.repeat(31),
  [],
  {},
  [null],
  [[]],
  { x: 1 },
];

/** A JSON value with one of its places changed, left out, doubled or moved. */
export function mutateJson(value: unknown, random: Random): unknown {
  const places = [...placesIn(value)];
  const [parent, key] = pick(random, places);
  const siblings = Array.isArray(parent) ? (parent as unknown[]) : undefined;
  const [other, otherKey] = pick(random, places);
  pick<() => unknown>(random, [
    () => Reflect.set(parent, key, pick(random, unusual)),
    () => Reflect.set(parent, key, pick(random, unusual)),
    () => Reflect.set(parent, key, structuredClone(Reflect.get(other, otherKey))),
    () => (siblings === undefined ? Reflect.deleteProperty(parent, key) : siblings.splice(Number(key), 1)),
    () => siblings?.push(structuredClone(siblings[Number(key)])),
    () => siblings?.splice(0, siblings.length, ...shuffle(siblings, random)),
    () => Reflect.set(parent, pick(random, ['x', 'id', 'constructor', '']), pick(random, unusual)),
  ])();
  return value;
}

function* placesIn(value: unknown): Generator<readonly [parent: object, key: string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    yield [value, key];
    yield* placesIn(member);
  }
}

/** JSON text that says the same in other words, or nearly the same. */
export function respell(text: string, random: Random): string {
  return pick<() => string>(random, [
    () => replaceOne(text, /(?<=[:[,]\s*)\d+(?=\s*[,\]}])/g, random, (digits) => respelledNumber(digits, random)),
    () =>
      replaceOne(
        text,
        /(?<=")[a-z](?=[^"]*":)/g,
        random,
        (letter) => String.raw`\u00${letter.charCodeAt(0).toString(16)}`,
      ),
    () => replaceOne(text, /\{/g, random, () => pick(random, ['{"__proto__":1,', '{"__proto__":{},', '{"x":1,', '{ '])),
    () => replaceOne(text, /"[a-z_]+":\s*(?:\d+|null|"[^"\\]*"),/g, random, (member) => member + member),
    () => replaceOne(text, /null|\[\]/g, random, () => nested(52 + Math.floor(random() * 14))),
    () =>
      replaceOne(
        text,
        /[,:]/g,
        random,
        (mark) => `${mark}${pick(random, ['\n', '\t \r', '\u00a0', '\f', '/**/', mark])}`,
      ),
    () => `${pick(random, ['\ufeff', ' ', '\n', '\u0000', '\u2028'])}${text}`,
    () => `${text}${pick(random, [' ', '\n\n', '\u0000', '{}', '\ufeff'])}`,
    () => replaceOne(text, /[A-Za-z0-9]/g, random, () => pick(random, ['é', 'e\u0301', '\u007f', '\u0001', '\ufffd'])),
    () =>
      replaceOne(text, /"/g, random, () =>
        pick(random, [String.raw`"\ud800`, String.raw`"\ud83d\ude00`, String.raw`"\/`, "'"]),
      ),
  ])();
}

function respelledNumber(digits: string, random: Random): string {
  return pick(random, [
    `${digits}.0`,
    `${digits}e0`,
    `${digits}E+0`,
    `${digits}0e-1`,
    `0${digits}`,
    `-${digits}`,
    `+${digits}`,
  ]).concat(pick(random, ['', '', '', '.', '0000000000000000', '.0000000000000001', 'e400', 'e-400']));
}

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

function replaceOne(text: string, pattern: RegExp, random: Random, replace: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { 0: match, index } = pick(random, found);
  return `${text.slice(0, index)}${replace(match)}${text.slice(index + match.length)}`;
}
