import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readParquet } from '../../../../src/world/dataset/read/parquet.ts';
import { toProblems } from '../../../../src/world/dataset/to-problems.ts';

const columns = [
  { name: 'id', data: [1n, 2n], type: 'INT64' as const },
  { name: 'question', data: ['1+1?', '2+2?'], type: 'STRING' as const },
  { name: 'answer', data: [2.0, 4.5], type: 'DOUBLE' as const },
];
const write = (columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData'], options = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }));

describe('readParquet', () => {
  it.each(['UNCOMPRESSED', 'SNAPPY'] as const)('reads %s columns', async (codec) => {
    const rows = await readParquet(write(columns, { codec }), 'set.parquet');
    expect(toProblems(rows, { file: 'set.parquet' }).problems).toEqual([
      { id: '1', problem: '1+1?', answer: '2' },
      { id: '2', problem: '2+2?', answer: '4.5' },
    ]);
  });

  it('reads gzip columns', async () => {
    const bytes = write(columns, {
      codec: 'GZIP',
      compressors: { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) },
    });
    expect(await readParquet(bytes, 'set.parquet')).toHaveLength(2);
  });

  it('reads only the columns that are asked for', async () => {
    const [row] = await readParquet(write(columns), 'set.parquet', ['question', 'no-such-column']);
    expect(row?.value).toEqual({ question: '1+1?' });
  });

  it('tells row and column of what is wrong', async () => {
    const bytes = write([
      { name: 'problem', data: ['x', ''], type: 'STRING' },
      { name: 'answer', data: ['1', '2'], type: 'STRING' },
    ]);
    const rows = await readParquet(bytes, 'set.parquet');
    expect(() => toProblems(rows, { file: 'set.parquet' })).toThrow(
      'set.parquet, row 2, column "problem": the problem is missing or empty',
    );
  });

  it('turns bytes of images into data URIs', () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
    const row = (image: unknown) => ({
      value: { problem: 'What is shown?', answer: '4', image },
      place: () => 'row 1',
    });
    const images = (image: unknown) => toProblems([row(image)], { file: 'set.parquet' }).problems[0]?.images;
    expect(images({ bytes: png, path: 'a.png' })).toEqual(['data:image/png;base64,iVBORw==']);
    expect(images([{ bytes: new Uint8Array([0xff, 0xd8]) }, 'https://example.org/b.png'])).toEqual([
      'data:image/jpeg;base64,/9g=',
      'https://example.org/b.png',
    ]);
    expect(images(null)).toBeUndefined();
    expect(() => images('/etc/passwd')).toThrow('images are given as URLs, data URIs or bytes');
  });

  it.each([
    ['a file that was cut off', (bytes: Uint8Array) => bytes.slice(0, -20)],
    [
      'a file whose middle is broken',
      (bytes: Uint8Array) => bytes.map((byte, index) => (index > 10 && index < 60 ? 0xff : byte)),
    ],
    ['no Parquet at all', () => new TextEncoder().encode('{"id":"a"}')],
  ])('tells of %s', async (_, breakIt) => {
    await expect(readParquet(breakIt(write(columns)), 'set.parquet')).rejects.toMatchObject({
      code: 'dataset-malformed',
    });
  });
});
