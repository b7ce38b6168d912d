import type { Terminal } from './terminal.ts';

/** Characters that are gathered before they are written. */
const pieceLength = 1 << 16;

/** Much text for stdout, piece by piece; a reader that is slow is waited for. */
export interface Output {
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

export function openOutput({ host }: Terminal): Output {
  const { stdout } = host;
  let waiting: string[] = [];
  let length = 0;
  const flush = async () => {
    const text = waiting.join('');
    [waiting, length] = [[], 0];
    if (text === '' || stdout.write(text) !== false || stdout.once === undefined) return;
    await new Promise<void>((resolve) => void stdout.once?.('drain', resolve));
  };
  return {
    write: async (text) => {
      waiting.push(text);
      length += text.length;
      if (length >= pieceLength) await flush();
    },
    end: flush,
  };
}

/** Stands in a document for what comes in pieces. */
export const inPieces = '\u0000pieces';

/**
 * The one document of `--json`, in which one list, or one text, comes piece by piece.
 *
 * @param document with {@link inPieces} in place of the list or the text
 */
export async function printInPieces(
  terminal: Terminal,
  document: unknown,
  pieces: { readonly items: AsyncIterable<unknown> } | { readonly text: AsyncIterable<string> },
): Promise<void> {
  if (terminal.json === 'off') return;
  const indented = terminal.json === 'document';
  const written = indented
    ? JSON.stringify(document, undefined, 2)
    : JSON.stringify({ type: 'result', result: document });
  const mark = JSON.stringify(inPieces);
  const at = written.indexOf(mark);
  const indent = indented ? (/^ */.exec(written.slice(written.lastIndexOf('\n', at) + 1))?.[0] ?? '') : '';
  const output = openOutput(terminal);
  await output.write(written.slice(0, at));
  if ('text' in pieces) {
    await output.write('"');
    for await (const text of pieces.text) await output.write(JSON.stringify(text).slice(1, -1));
    await output.write('"');
  } else await writeItems(output, pieces.items, indented ? indent : undefined);
  await output.write(`${written.slice(at + mark.length)}\n`);
  await output.end();
}

async function writeItems(output: Output, items: AsyncIterable<unknown>, indent: string | undefined): Promise<void> {
  const line = indent === undefined ? '' : `\n${indent}  `;
  let empty = true;
  for await (const item of items) {
    const text = indent === undefined ? JSON.stringify(item) : JSON.stringify(item, undefined, 2);
    await output.write(`${empty ? '[' : ','}${line}${line === '' ? text : text.replaceAll('\n', line)}`);
    empty = false;
  }
  await output.write(empty ? '[]' : `${indent === undefined ? '' : `\n${indent}`}]`);
}
