import { ZooError } from '../../../core/error.ts';
import { readCsv } from './csv.ts';
import { readJson } from './json.ts';
import { readJsonl } from './jsonl.ts';
import { readParquet } from './parquet.ts';
import type { Row } from './row.ts';

/** Endings of files that can be read. */
const formats = ['jsonl', 'ndjson', 'json', 'csv', 'tsv', 'parquet'] as const;
export type Format = (typeof formats)[number];

/** The format that a file's name tells, or undefined. */
export function formatOf(file: string): Format | undefined {
  const ending = file.slice(file.lastIndexOf('.') + 1).toLowerCase();
  return formats.find((format) => format === ending);
}

/**
 * Reads a file's records in the format that its name tells.
 *
 * @throws ZooError `dataset-format` for a name that tells none, `dataset-malformed` with line and column
 */
export async function readRows(bytes: Uint8Array, file: string, columns?: readonly string[]): Promise<Row[]> {
  const format = formatOf(file);
  switch (format) {
    case 'jsonl':
    case 'ndjson':
      return readJsonl(bytes, file);
    case 'json':
      return readJson(bytes, file);
    case 'csv':
      return readCsv(bytes, file);
    case 'tsv':
      return readCsv(bytes, file, '\t');
    case 'parquet':
      return await readParquet(bytes, file, columns);
    case undefined:
      throw new ZooError('dataset-format', `${file}: cannot tell the format of this file from its name`, {
        hint: `give it one of the endings ${formats.map((ending) => `.${ending}`).join(', ')}`,
      });
  }
}
