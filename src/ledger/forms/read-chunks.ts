import { ZooError } from '../../core/error.ts';
import type { Files } from '../../world/files/files.ts';

const chunkSize = 1 << 20;

/**
 * The text of a file piece by piece, whatever its size, without a byte order mark.
 *
 * @throws ZooError `not-text` for what is not UTF-8: replacing what cannot be read would import something else
 */
export async function* readChunks(files: Files, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let beginning: Uint8Array | undefined;
  try {
    for await (const bytes of readBytes(files, path)) {
      beginning ??= bytes.subarray(0, 4);
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw notText(path, beginning ?? new Uint8Array(0), cause);
  }
}

async function* readBytes(files: Files, path: string): AsyncGenerator<Uint8Array> {
  const reader = await files.open(path);
  try {
    for (let offset = 0; offset < reader.size; offset += chunkSize) yield await reader.read(offset, chunkSize);
  } finally {
    await reader.close();
  }
  // A pipe tells no size.
  if (reader.size === 0) yield await files.read(path);
}

/** What files begin with that are often taken for text. */
const known: readonly (readonly [beginning: readonly number[], what: string, mend: string])[] = [
  [[0x1f, 0x8b], 'it is compressed with gzip', 'Unpack it first: gunzip.'],
  [[0x50, 0x4b, 3, 4], 'it is a zip archive, as spreadsheets are', 'Unpack it first, or save the spreadsheet as CSV.'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'it is compressed with zstd', 'Unpack it first: unzstd.'],
  [[0xff, 0xfe], 'it is UTF-16', 'Save it as UTF-8: iconv -f UTF-16 -t UTF-8.'],
  [[0xfe, 0xff], 'it is UTF-16', 'Save it as UTF-8: iconv -f UTF-16 -t UTF-8.'],
];

function notText(path: string, beginning: Uint8Array, cause: TypeError): ZooError {
  const [, what, mend] = known.find(([bytes]) => bytes.every((byte, index) => beginning[index] === byte)) ?? [
    undefined,
    'some of its bytes are no characters',
    'Save it as UTF-8; a spreadsheet as "CSV UTF-8".',
  ];
  return new ZooError('not-text', `${path} is not text in UTF-8: ${what}`, { cause, hint: mend });
}
