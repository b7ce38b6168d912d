import type { Experience } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import { lexicalRelevance } from '../core/learning/relevance.ts';

export interface Found {
  readonly experience: Experience;
  /** (0, 1]; 1 for what holds the query word for word. */
  readonly relevance: number;
}

/** What a query's words lead to, the most relevant first: texts, examples and domains, and ids by their beginning. */
export function searchLibrary(library: Library, query: string): Found[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  const texts = library.experiences.map(({ domain, text, examples }) =>
    [domain, text, ...examples.flatMap(({ input, output }) => [input, output])].join(' '),
  );
  const relevances = lexicalRelevance(texts)(query);
  const found = library.experiences.map((experience, index): Found => {
    const literal = (texts[index] ?? '').toLowerCase().includes(wanted) || experience.id.startsWith(query.trim());
    return { experience, relevance: literal ? 1 : (relevances[index] ?? 0) };
  });
  return found.filter(({ relevance }) => relevance > 0).sort((one, other) => other.relevance - one.relevance);
}
