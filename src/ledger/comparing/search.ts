import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { lexicalRelevance } from '../../core/learning/relevance.ts';

export interface Found {
  readonly experience: Experience;
  /** (0, 1]; 1 for what holds the query word for word. */
  readonly relevance: number;
}

/** What a query's words lead to, the most relevant first: texts, examples and domains, and ids by their beginning. */
export function searchLibrary(library: Library, query: string): Found[] {
  if (query.trim() === '') return [];
  const texts = library.experiences.map(searchedText);
  const relevances = lexicalRelevance(texts)(query);
  const found = library.experiences.map((experience, index): Found => {
    const literal = isLiteral(experience, texts[index] ?? '', query);
    return { experience, relevance: literal ? 1 : (relevances[index] ?? 0) };
  });
  return found.filter(({ relevance }) => relevance > 0).sort((one, other) => other.relevance - one.relevance);
}

export function searchedText({ domain, text, examples }: Experience): string {
  return [domain, text, ...examples.flatMap(({ input, output }) => [input, output])].join(' ');
}

/** Whether a text holds the query word for word, or the id begins with it. */
export function isLiteral({ id }: Experience, text: string, query: string): boolean {
  const wanted = query.trim();
  return text.toLowerCase().includes(wanted.toLowerCase()) || id.startsWith(wanted);
}
