import type { Files } from '../world/files/files.ts';
import { ZooError } from '../core/error.ts';

const chunkSize = 1 << 20;

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
  const reader = await files.open(path);
  try {
    const decoder = new TextDecoder();
    let rest = '';
    let number = 0;
    for (let offset = 0; offset < reader.size; offset += chunkSize) {
      const text = rest + decoder.decode(await reader.read(offset, chunkSize), { stream: true });
      const lines = text.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield { text: line, number: ++number };
      if (rest.length > longestLine)
        throw new ZooError('line-too-long', `line ${number + 1} of ${path} has more than ${longestLine} characters`, {
          hint: 'Write one experience a line.',
        });
    }
    rest += decoder.decode();
    if (rest !== '') yield { text: rest, number: ++number };
  } finally {
    await reader.close();
  }
}
