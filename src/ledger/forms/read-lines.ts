import { ZooError } from '../../core/error.ts';
import type { Files } from '../../world/files/files.ts';
import { readChunks } from './read-chunks.ts';

/** No experience is nearly as long. */
const longestLine = 4 << 20;

/**
 * The lines of a file one after the other, numbered from 1, whatever its size; the last one may end without a line feed.
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
    for (const line of lines) yield { text: line, number: ++number };
    if (rest.length > longestLine)
      throw new ZooError('line-too-long', `line ${number + 1} of ${path} has more than ${longestLine} characters`, {
        hint: 'Write one experience a line.',
      });
  }
  if (rest !== '') yield { text: rest, number: ++number };
}
