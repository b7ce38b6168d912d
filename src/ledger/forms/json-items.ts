import { ZooError } from '../../core/error.ts';
import { parseStrictJson } from '../../core/library/strict-json.ts';
import { longestRecord, nothingFound, recordTooLong } from './import-form.ts';

/** Characters of all that stands around the records. */
const longestFrame = 4 << 20;

export interface JsonItems {
  /** The text of each item, from 1; not parsed. */
  items(): AsyncGenerator<{ readonly text: string; readonly number: number }>;
  /** What stands around the items, with an empty list in their place, once all of them were told. */
  frame(): { readonly value: unknown; readonly hadList: boolean };
}

/** Character codes. */
const code = { quote: 34, comma: 44, openList: 91, backslash: 92, closeList: 93, open: 123, close: 125 };

/**
 * The items of a list of JSON that is too long for memory: `[…]`, or `{"experiences": […], …}`. Only where items end is
 * found here, by their brackets and quotation marks; each of them, and what stands around them, is left to the strict
 * reader of JSON.
 *
 * @throws ZooError `invalid-json`; `nothing-to-import` where there is no text at all; `line-too-long`; `too-large` where a
 *   text of that size has no such list
 */
export function readJsonItems(chunks: AsyncIterable<string>, source: string): JsonItems {
  let frame = '';
  /** How many items were told. */
  let told = 0;
  let hadList = false;
  let inList = false;
  /** The last characters before a place: more white space than that nobody writes. */
  const before = (chunk: string, from: number, at: number) =>
    `${frame.slice(-64)}${chunk.slice(Math.max(from, at - 64), at)}`;
  return {
    items: async function* () {
      let item = '';
      /** Brackets that are open around the list. */
      let outer = 0;
      let [depth, inString, escaped, afterComma] = [0, false, false, false];
      for await (const chunk of chunks) {
        let from = 0;
        for (let at = 0; at < chunk.length; at++) {
          const character = chunk.charCodeAt(at);
          if (escaped) escaped = false;
          else if (inString) {
            if (character === code.backslash) escaped = true;
            else if (character === code.quote) inString = false;
          } else if (character === code.quote) inString = true;
          else if (inList && depth === 0 && (character === code.comma || character === code.closeList)) {
            const text = `${item}${chunk.slice(from, at)}`.trim();
            [item, from] = ['', at + 1];
            const closes = character === code.closeList;
            if (text !== '') yield { text, number: ++told };
            else if (!closes || afterComma)
              throw invalid(source, `nothing stands for record ${told + 1} of its list`, 'Take out one of the commas.');
            afterComma = !closes;
            if (!closes) continue;
            inList = false;
            depth = outer;
          } else if (character === code.openList && !inList && !hadList && opensList(depth, before(chunk, from, at))) {
            frame += `${chunk.slice(from, at)}[]`;
            from = at + 1;
            [inList, hadList, outer, depth] = [true, true, depth, 0];
          } else if (character === code.openList || character === code.open) depth++;
          else if (character === code.closeList || character === code.close) depth--;
        }
        if (inList) item += chunk.slice(from);
        else frame += chunk.slice(from);
        if (item.length > longestRecord) throw recordTooLong(`record ${told + 1} of ${source}`);
        if (frame.length > longestFrame) throw tooLarge(source);
      }
    },
    frame: () => {
      if (inList) throw invalid(source, `it ends within its list, after record ${told}`, 'Get the whole file again.');
      if (frame.trim() === '') throw nothingFound(source);
      return { value: parseStrictJson(frame, source, frameHint), hadList };
    },
  };
}

/** At the beginning of a text, or behind the key `experiences` of the outermost object. */
function opensList(depth: number, before: string): boolean {
  return depth === 0 ? before.trim() === '' : depth === 1 && /"experiences"\s*:\s*$/.test(before);
}

const frameHint =
  'Mend the text there. A file holds [{…}, …] or {"experiences": [{…}, …]}; for one experience a line say --format jsonl.';

function invalid(source: string, why: string, hint: string): ZooError {
  return new ZooError('invalid-json', `${source} is not valid JSON: ${why}`, { hint });
}

function tooLarge(source: string): ZooError {
  return new ZooError(
    'too-large',
    `${source} is too large for JSON without a list of experiences that can be read one by one`,
    {
      hint: 'Write it as [{…}, …], as {"experiences": [{…}, …]}, or one experience a line (.jsonl).',
    },
  );
}
