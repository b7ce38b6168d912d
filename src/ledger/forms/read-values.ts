import { parse } from 'csv-parse';
import type { Sha256 } from '../../core/digest.ts';
import { ZooError, messageOf } from '../../core/error.ts';
import type { Experience } from '../../core/library/experience.ts';
import { type PaperDefaults, fromPaperForm, fromPaperRecord } from '../../core/library/paper-form.ts';
import { parseStrictJson } from '../../core/library/strict-json.ts';
import type { EncodedVector } from '../../core/library/vector.ts';
import type { Files } from '../../world/files/files.ts';
import { readJsonItems } from './json-items.ts';
import {
  type ImportForm,
  createListReader,
  csvOptions,
  invalidCsv,
  nothingFound,
  recordOfRow,
} from './parse-library.ts';
import { readChunks } from './read-chunks.ts';
import { readLines } from './read-lines.ts';

/** An experience of a file, and the vectors that it brings along. */
export interface ReadExperience {
  readonly experience: Experience;
  readonly vectors: readonly EncodedVector[];
}

/**
 * What `parseLibrary` reads of a text, one experience after the other, of a file of any size. Whether ids stand twice is
 * left to the caller.
 *
 * @throws ZooError as `parseLibrary` does; `line-too-long`, `too-large`
 */
export async function* readExperiences(
  files: Files,
  path: string,
  form: ImportForm,
  defaults: PaperDefaults,
  sha256: Sha256,
): AsyncGenerator<ReadExperience> {
  let count = 0;
  for await (const read of readForm(files, path, form, defaults, sha256)) {
    count++;
    yield read;
  }
  if (count === 0 && (form === 'csv' || form === 'markdown' || form === 'prompt')) throw nothingFound(path);
}

async function* readForm(
  files: Files,
  path: string,
  form: ImportForm,
  defaults: PaperDefaults,
  sha256: Sha256,
): AsyncGenerator<ReadExperience> {
  const formed = (value: unknown, source: string): ReadExperience[] => {
    const { experiences, vectors } = fromPaperForm(value, source, defaults, sha256);
    return experiences.map((experience, index) => ({ experience, vectors: index === 0 ? vectors : [] }));
  };
  switch (form) {
    case 'jsonl':
      for await (const { text, number } of readLines(files, path)) {
        const line = text.trim();
        const source = `line ${number} of ${path}`;
        if (line !== '') yield* formed(parseStrictJson(line, source), source);
      }
      return;
    case 'csv': {
      let row = 1;
      for await (const cells of csvRows(readChunks(files, path), path)) {
        const source = `row ${++row} of ${path}`;
        yield* formed(recordOfRow(cells, source), source);
      }
      return;
    }
    case 'markdown':
    case 'prompt': {
      const read = createListReader(form);
      for await (const { text, number } of readLines(files, path)) {
        const value = read(text);
        if (value !== undefined) yield* formed(value, `line ${number} of ${path}`);
      }
      return;
    }
    case 'json':
    case 'paper': {
      const json = readJsonItems(readChunks(files, path), path);
      for await (const { text, number } of json.items()) {
        const source = `record ${number} of ${path}`;
        const { experience, vector } = fromPaperRecord(parseStrictJson(text, source), source, defaults, sha256);
        yield { experience, vectors: vector === undefined ? [] : [vector] };
      }
      const { value, hadList } = json.frame();
      const rest = formed(value, path);
      if (!hadList) yield* rest;
    }
  }
}

async function* csvRows(chunks: AsyncIterable<string>, path: string): AsyncGenerator<Record<string, string>> {
  const parser = parse(csvOptions);
  const pumped = pump(chunks, parser);
  try {
    for await (const row of parser) yield row as Record<string, string>;
  } catch (cause) {
    throw cause instanceof ZooError ? cause : invalidCsv(path, messageOf(cause), cause);
  }
  await pumped;
}

/** Writes as fast as it is read, and ends where nobody reads any more. */
async function pump(chunks: AsyncIterable<string>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (parser.destroyed) return;
      if (chunk === '' || parser.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        parser.once('drain', resolve);
        parser.once('close', resolve);
      });
    }
    parser.end();
  } catch (thrown) {
    parser.destroy(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
  }
}
