import type { Files } from '../../world/files/files.ts';
import { longestRecord, recordTooLong } from './import-form.ts';
import { readChunks } from './read-chunks.ts';

/**
 * The lines of a file one after the other, numbered from 1, whatever its size and without their ends; the last one may end
 * without a line feed.
 *
 * @throws ZooError `line-too-long`
 */
export async function* readLines(
  files: Files,
  path: string,
): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  let rest = '';
  let number = 0;
  for await (const chunk of readChunks(files, path)) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield { text: withoutReturn(line), number: ++number };
    if (rest.length > longestRecord) throw recordTooLong(`line ${number + 1} of ${path}`);
  }
  if (rest !== '') yield { text: withoutReturn(rest), number: ++number };
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
