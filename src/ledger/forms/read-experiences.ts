import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { type Imported, type PaperDefaults, fromPaperForm, fromPaperRecord } from '../../core/library/paper-form.ts';
import { parseStrictJson } from '../../core/library/strict-json.ts';
import type { EncodedVector } from '../../core/library/vector.ts';
import type { Files } from '../../world/files/files.ts';
import { readCsvRows } from './csv-rows.ts';
import { type ImportForm, duplicateId, nothingFound } from './import-form.ts';
import { readJsonItems } from './json-items.ts';
import { createListReader } from './listed-texts.ts';
import { readChunks } from './read-chunks.ts';
import { readLines } from './read-lines.ts';

/** An experience of a file, and the vectors that it brings along. */
export interface ReadExperience {
  readonly experience: Experience;
  readonly vectors: readonly EncodedVector[];
}

/**
 * Reads experiences strictly, one after the other, of a file of any size: each is fit for a library. Whether ids stand
 * twice is left to the caller.
 *
 * @throws ZooError that names the place: `invalid-json`, `invalid-data`, `invalid-csv`, `too-long`, `unsafe-text`,
 *   `line-too-long`, `too-large`, `not-text`, `nothing-to-import`
 */
export async function* readExperiences(
  files: Files,
  path: string,
  form: ImportForm,
  defaults: PaperDefaults,
  sha256: Sha256,
): AsyncGenerator<ReadExperience> {
  switch (form) {
    case 'jsonl':
      for await (const { text, number } of readLines(files, path)) {
        const line = text.trim();
        const source = `line ${number} of ${path}`;
        if (line !== '') yield* formed(parseStrictJson(line, source, jsonlHint), source);
      }
      return;
    case 'csv':
      for await (const { value, source } of readCsvRows(readChunks(files, path), path)) yield* formed(value, source);
      return;
    case 'markdown':
    case 'prompt': {
      const read = createListReader(form);
      let found = false;
      for await (const { text, number } of readLines(files, path)) {
        const value = read(text);
        if (value === undefined) continue;
        found = true;
        yield* formed(value, `line ${number} of ${path}`);
      }
      // An empty list says that there is nothing; a text in which nothing is found may be of another form.
      if (!found) throw nothingFound(path);
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
      if (!hadList) yield* formed(value, path);
    }
  }

  function formed(value: unknown, source: string): readonly ReadExperience[] {
    const { experiences, vectors } = fromPaperForm(value, source, defaults, sha256);
    return experiences.map((experience, index) => ({ experience, vectors: index === 0 ? vectors : [] }));
  }
}

/** All of a file that is small. @throws ZooError as {@link readExperiences} does; `duplicate-id` */
export async function gatherExperiences(...from: Parameters<typeof readExperiences>): Promise<Imported> {
  const experiences = new Map<string, Experience>();
  const vectors = new Map<string, EncodedVector>();
  for await (const { experience, vectors: own } of readExperiences(...from)) {
    if (experiences.has(experience.id)) throw duplicateId(experience.id, from[1]);
    experiences.set(experience.id, experience);
    for (const vector of own) vectors.set(vector.reference.sha256, vector);
  }
  return { experiences: [...experiences.values()], vectors: [...vectors.values()] };
}

const jsonlHint = 'Write one experience a line; for a list or an object over many lines say --format json.';
