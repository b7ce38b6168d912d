/** What a model said, with what it thought aloud set apart. */
export interface Spoken {
  readonly text: string;
  readonly reasoning: string;
}

const opening = '<think>';
const closing = '</think>';

/**
 * Takes `<think>…</think>` out of what a model said. An opening tag may be missing, because many chat templates put it
 * at the end of the prompt: all that stands before a lone closing tag is then reasoning. A block that is never closed
 * (the model ran out of tokens while it thought) is reasoning to its end.
 *
 * @param said the whole content of one choice, all chunks joined; text without tags comes back as it is
 */
export function splitReasoning(said: string): Spoken {
  if (!said.includes(opening) && !said.includes(closing)) return { text: said, reasoning: '' };
  const reasoning: string[] = [];
  let text = '';
  let position = 0;
  while (position < said.length) {
    const opened = said.indexOf(opening, position);
    const closed = said.indexOf(closing, position);
    if (closed !== -1 && (opened === -1 || closed < opened)) {
      reasoning.push(glue(text, said.slice(position, closed)));
      text = '';
      position = closed + closing.length;
    } else if (opened !== -1) {
      text = glue(text, said.slice(position, opened));
      const end = closed === -1 ? said.length : closed;
      reasoning.push(said.slice(opened + opening.length, end));
      position = end + closing.length;
    } else {
      text = glue(text, said.slice(position));
      position = said.length;
    }
  }
  return { text: text.trim(), reasoning: joinReasoning(reasoning) };
}

/** What stood on both sides of something that was taken out must not make up a tag of its own. */
function glue(before: string, after: string): string {
  const glued = before + after;
  return glued.includes(opening) || glued.includes(closing) ? `${before} ${after}` : glued;
}

/** Joins pieces of reasoning, such as a field of its own and what stood between tags. */
export function joinReasoning(pieces: readonly string[]): string {
  return pieces
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .join('\n');
}
