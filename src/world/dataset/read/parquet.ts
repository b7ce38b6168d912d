import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { ZooError, messageOf } from '../../../core/error.ts';
import type { Row } from './row.ts';

/**
 * Reads an Apache Parquet file: uncompressed, Snappy, gzip, Brotli or Zstandard (Node 22.15 and later).
 *
 * @param columns top-level columns to read; all of them when left out
 */
export async function readParquet(bytes: Uint8Array, file: string, columns?: readonly string[]): Promise<Row[]> {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const metadata = parquetMetadata(buffer);
    const present = new Set(metadata.schema.map((element) => element.name));
    const wanted = columns?.filter((column) => present.has(column));
    const records = await parquetReadObjects({
      file: buffer,
      metadata,
      ...(wanted === undefined || wanted.length === 0 ? {} : { columns: wanted }),
      compressors: {
        GZIP: (input) => gunzipSync(input),
        BROTLI: (input) => brotliDecompressSync(input),
        ZSTD: (input) => zstdDecompressSync(input),
      },
    });
    return records.map((value, index) => ({
      value,
      place: (field) => `row ${index + 1}${field === undefined ? '' : `, column "${field}"`}`,
    }));
  } catch (cause) {
    throw new ZooError('dataset-malformed', `${file} cannot be read as Parquet: ${messageOf(cause)}`, {
      hint: 'the file may be cut off: fetch it again (zoo dataset pull)',
      cause,
    });
  }
}
