import { ZooError, exitCode } from '../../core/error.ts';

/** How a file writes experiences. `json` and `paper` are one on reading: each holds what the other leaves out. */
export const importForms = ['paper', 'json', 'jsonl', 'csv', 'markdown', 'prompt'] as const;
export type ImportForm = (typeof importForms)[number];

/** The form that a file's name tells. */
export function formOfFile(name: string): ImportForm | undefined {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const forms: Readonly<Record<string, ImportForm>> = {
    json: 'json',
    jsonl: 'jsonl',
    ndjson: 'jsonl',
    csv: 'csv',
    md: 'markdown',
    markdown: 'markdown',
    txt: 'prompt',
  };
  return forms[ending];
}

/** Characters of one record at most: none is nearly as long. */
export const longestRecord = 4 << 20;

/** @param place such as "line 3 of many.jsonl" */
export function recordTooLong(place: string): ZooError {
  return new ZooError('line-too-long', `${place} has more than ${longestRecord} characters`, {
    hint: 'An experience has a few hundred; see whether the file is what you take it for, and --format says how it is written.',
  });
}

export function nothingFound(source: string): ZooError {
  return new ZooError('nothing-to-import', `${source} holds no experience`, {
    exitCode: exitCode.usage,
    hint: 'Say how it is written with --format, or look into the file.',
  });
}

export function duplicateId(id: string, source: string): ZooError {
  return new ZooError('duplicate-id', `${source} holds two experiences with the id ${id}`, {
    hint: 'Remove one of the two, or give it another id.',
  });
}

export function experienceExists(id: string): ZooError {
  return new ZooError('experience-exists', `the library has ${id} already, with other content`, {
    hint: 'Keep what is there (leave --existing out), or take what comes with --existing update.',
  });
}
