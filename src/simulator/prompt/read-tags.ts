/** One `<name key="value">…</name>` of a prompt. */
export interface Tag {
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string;
}

/** All tags of one name in order. A tag that is never closed reaches to the end. Linear in the text, whatever it holds. */
export function readTags(text: string, name: string): Tag[] {
  const tags: Tag[] = [];
  const open = `<${name}`;
  const close = `</${name}>`;
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    if (start < 0) return tags;
    const end = text.indexOf('>', start);
    if (end < 0) return tags;
    const after = text[start + open.length];
    from = end + 1;
    // `<experience` must not match `<experiences>`.
    if (after !== '>' && after !== ' ') {
      from = start + open.length;
      continue;
    }
    const closing = text.indexOf(close, from);
    const until = closing < 0 ? text.length : closing;
    tags.push({
      attributes: readAttributes(text.slice(start + open.length, end)),
      content: text.slice(from, until).trim(),
    });
    from = until;
  }
}

/** The content of the first tag of that name. */
export function readTag(text: string, name: string): string | undefined {
  return readTags(text, name)[0]?.content;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, key, value] of text.matchAll(/([a-z_-]+)="([^"]*)"/g)) {
    if (key !== undefined && value !== undefined) attributes[key] = value;
  }
  return attributes;
}
