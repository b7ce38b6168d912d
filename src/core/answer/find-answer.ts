/** Where the final answer of a response was found. */
export interface FoundAnswer {
  /** `boxed`: \boxed{…}. `marker`: "the answer is …", "Answer: …". `hash`: "#### …", the form of GSM8K. */
  readonly kind: 'boxed' | 'marker' | 'hash';
  /** The answer as written; several boxed answers that stand together are joined by ", ". */
  readonly text: string;
  /** The same answers one by one; at least one. */
  readonly parts: readonly string[];
}

/**
 * Finds the final answer of a response: the last \boxed{…} with balanced braces, together with those that stand right
 * before it ("\boxed{2} and \boxed{3}"); without one, the last "final answer is …", "Answer: …", <answer>…</answer> or
 * "#### …". What has none of these has no answer, and is never guessed at; nor has one whose last box was cut off.
 * Linear in the length of the response.
 *
 * @param prefer of several marked answers, the last that this accepts is taken, if there is one
 */
export function findAnswer(response: string, prefer?: (text: string) => boolean): FoundAnswer | undefined {
  const boxed = findBoxed(response);
  if (boxed === 'cut') return undefined;
  return boxed ?? findMarked(response, prefer);
}

/** True when a response ends in a box that was never closed: what stands in it is a part of the answer at best. */
export function isCutOff(response: string): boolean {
  return findBoxed(response) === 'cut';
}

interface Box {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function findBoxed(response: string): FoundAnswer | 'cut' | undefined {
  const openings = [...response.matchAll(/\\(?:boxed|fbox)(?:\s*(?=\{)|\s+(?=[^\s{]))/g)];
  let first: Box | undefined;
  const parts: string[] = [];
  for (let opening = openings.pop(); opening !== undefined; opening = openings.pop()) {
    const box = readBox(response, opening.index, opening.index + opening[0].length);
    if (box === undefined) {
      if (first === undefined) return 'cut';
      break;
    }
    if (first === undefined && box.text === '') continue;
    if (first !== undefined && (box.end > first.start || !isJoint(response.slice(box.end, first.start)))) break;
    if (box.text !== '') parts.push(box.text);
    first = box;
  }
  parts.reverse();
  return first && { kind: 'boxed', text: parts.join(', '), parts };
}

const spacing = String.raw`(?:[\s$,;()[\]]|\\(?:q?quad|[,;:! ()[\]\\]))*`;
const joint = new RegExp(String.raw`^${spacing}(?:and|or|\\text\{\s*(?:and|or)\s*\})?${spacing}$`, 'i');

/** True for what may stand between two boxed answers that are one answer, such as "$ and $". */
function isJoint(between: string): boolean {
  return between.length <= 40 && joint.test(between);
}

function readBox(response: string, start: number, from: number): Box | undefined {
  if (response[from] !== '{') {
    const end = endOfToken(response, from);
    return { start, end, text: response.slice(from, end).trim() };
  }
  const end = endOfBraces(response, from);
  return end === undefined ? undefined : { start, end, text: response.slice(from + 1, end - 1).trim() };
}

/** The index after the brace that closes the one at `from`; escaped braces do not count. */
function endOfBraces(text: string, from: number): number | undefined {
  let depth = 0;
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') index++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return index + 1;
  }
  return undefined;
}

function endOfToken(text: string, from: number): number {
  const length = text.slice(from, from + 200).search(/[\s$]/);
  return length === -1 ? Math.min(text.length, from + 200) : from + length;
}

const marker =
  /####[ \t]*|<answer>|\bfinal\s+answer\b["'*_:]*[ \t]*\n|\banswers?\b["'*_]*(?:\s*(?:is|are|equals)\b\s*(?:therefore|thus|simply)?\s*[:=]?|\s*[:=])[ \t]*/gi;
/** A response with more markers than these is looking for luck. */
const markersRead = 50;

function findMarked(response: string, prefer: (text: string) => boolean = () => true): FoundAnswer | undefined {
  let last: FoundAnswer | undefined;
  for (const match of [...response.matchAll(marker)].slice(-markersRead).toReversed()) {
    const text = answerAfter(response, match.index + match[0].length);
    if (text === '' || comment.test(text)) continue;
    const found: FoundAnswer = { kind: match[0].startsWith('#') ? 'hash' : 'marker', text, parts: [text] };
    if (prefer(text)) return found;
    last ??= found;
  }
  return last;
}

/** "I hope that this answer is correct" gives no answer. */
const comment =
  /^(?:not |(?:indeed |clearly |also )?(?:in)?(?:correct|right|wrong|verified|consistent|reasonable|valid)\b)/i;

/** What stands behind a marker: a formula where there is one right there, else the sentence; on the next line when the rest of this one is empty. */
function answerAfter(response: string, from: number): string {
  const rest = response
    .slice(from, from + 4000)
    .replace(/^[\s*_:"']+/, '')
    .replace(/^(?:(?:approximately|about|equal to|exactly)\s+)/i, '');
  const formula = /^(?:\$\$([^$]+)\$\$|\$([^$\n]*(?:\\\$[^$\n]*)*)\$|\\\(([\s\S]*?)\\\)|\\\[([\s\S]*?)\\\])/.exec(rest);
  const inside = formula?.slice(1).find((group) => group !== undefined && group.trim() !== '');
  // "$5 and $6" is money, not a formula between dollars.
  if (inside !== undefined && !/^[\d.,]+\s+[a-z]+\s*$/i.test(inside)) return inside.trim();
  const [line = ''] = rest.split(/\r?\n|<\/answer>/, 1);
  const [sentence = ''] = line.split(/(?<=\S)[.!?](?=\s|$)|,?\s+(?:because|since|as|which|where|for)\s/i, 1);
  return sentence.replace(/[\s*_"'.;,]+$/, '').trim();
}
