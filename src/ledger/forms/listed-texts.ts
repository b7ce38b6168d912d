/**
 * Reads line after line, one experience each: `[id] When …`, or `- When …` in a Markdown list; headings name the domain.
 * Undefined for a line without one.
 */
export function createListReader(form: 'markdown' | 'prompt'): (line: string) => unknown {
  let domain: string | undefined;
  return (line) => {
    const heading = /^#{1,6} +`?([a-z0-9_.-]+)`? *$/i.exec(line)?.[1];
    if (heading !== undefined) {
      domain = heading.toLowerCase();
      return undefined;
    }
    const [, id, said] = /^\s*(?:[-*] +)?(?:\\?\[([A-Za-z0-9_.:-]{1,64})\\?\] +)?(.+)$/.exec(line) ?? [];
    if (said === undefined || !/^\s*(?:[-*] |\\?\[)/.test(line)) return undefined;
    return { id, domain, text: form === 'markdown' ? unescapeMarkdown(said) : said };
  };
}

function unescapeMarkdown(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&#64;': '@', '&amp;': '&' };
  return text
    .replaceAll(/ *<sub>.*?<\/sub>$/g, '')
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll(/&(?:lt|gt|#64|amp);/g, (entity) => entities[entity] ?? entity);
}
