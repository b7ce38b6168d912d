import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';

const balanced = (open: string, close: string, levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`;

/** What breaks readers that are careless, put into the middle of a file. */
const poison = [
  ['"id":"x","id":"y",', '"text":"a","text":"b",', '"__proto__":{"x":1},', '"constructor":1,', '"metadata":[],'],
  ['1e999', '-1e999', '9007199254740993', '123456789012345678901234567890', '1e-999', '-0', 'NaN', 'Infinity', '0x1'],
  ['"\\ud800"', '\\udfff', '\\u0000', '\\u202e', '\u0000', '\u001b[31m', '\u202e', '\u200b', '\ufeff', 'e\u0301'],
  ['[[[[', '{"a":', '}', ']', '"', "'", '\\', ',', ';', ':', '-', '`', '|', '#', '[x] ', '<sub>', '\n', '\r\n', '\r'],
  ['null', 'true', '[]', '{}', '""', balanced('[', ']', 70), balanced('{"a":', '}', 70), balanced('[', ']', 9000)],
  ['../../etc/passwd', '..\\..\\x', '/etc/passwd', 'C:\\x', '.zoo/lock', 'records/../log.txt', '%2e%2e%2f', 'CON'],
  ['word '.repeat(40), 'x'.repeat(1100), 'x'.repeat(70_000), '=1+1', "'=1", '-1.5', '1.0', '0.5e0'],
].flat();

const splice = fc.tuple(fc.nat(), fc.nat(60), fc.oneof(fc.constantFrom(...poison), fc.string({ maxLength: 20 })));
const textOfBytes = new TextEncoder();

/** Files that are made of one which is in order: cut, mixed up, spoiled, in other encodings; and some that are made of nothing. */
export function hostileBytes(whole: string): fc.Arbitrary<Uint8Array> {
  const size = whole.length + 1;
  const text = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.array(splice, { minLength: 1, maxLength: 3 }).map((splices) =>
        splices.reduce((now, [at, cut, put]) => {
          const place = at % (now.length + 1);
          return `${now.slice(0, place)}${put}${now.slice(place + cut)}`;
        }, whole),
      ),
    },
    { weight: 2, arbitrary: fc.nat(size).map((length) => whole.slice(0, length)) },
    {
      weight: 2,
      // A stretch of the file in another place of it, or twice.
      arbitrary: fc
        .tuple(fc.nat(size), fc.nat(400), fc.nat(size))
        .map(([from, length, at]) => `${whole.slice(0, at)}${whole.slice(from, from + length)}${whole.slice(at)}`),
    },
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json({ maxDepth: 8 }),
    fc
      .tuple(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom('[', '{"a":', '{"experiences":['))
      .map(([depth, open]) => open.repeat(depth)),
    fc
      .tuple(fc.integer({ min: 1, max: 20_000 }), fc.boolean())
      .map(([depth, list]) => (list ? balanced('[', ']', depth) : balanced('{"text":', '}', depth))),
    fc.constantFrom('', ' ', '\n', '[]', '{}', 'null', '[null]', '"', '{"experiences":null}', 'text', 'text\n'),
  );
  const bytes = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => flipped(textOfBytes.encode(whole), at, bit)),
    },
    fc.uint8Array({ maxLength: 100 }),
    fc.constantFrom(
      Uint8Array.from([0xff, 0xfe, ...Buffer.from(whole, 'utf16le')]),
      Uint8Array.from(Buffer.from(`${whole}ä`, 'latin1')),
      Uint8Array.from(gzipSync(whole)),
      Uint8Array.from([...textOfBytes.encode(whole), 0xed, 0xa0, 0x80]),
    ),
  );
  return fc.oneof(
    { weight: 4, arbitrary: text.map((some) => textOfBytes.encode(some)) },
    { weight: 1, arbitrary: bytes },
  );
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const place = at % bytes.length;
  return bytes.with(place, (bytes[place] ?? 0) ^ (1 << bit));
}
