import type { Problem } from '../../core/learning/problem.ts';

/**
 * Problems as the bytes that the checksums of cards are taken over: one JSON object a line, keys in the order id,
 * problem, answer, domain, stratum, images, `", "` and `": "` between them, characters outside ASCII unescaped, and a
 * line feed after each line.
 */
export function toZooForm(problems: readonly Problem[]): string {
  return problems.map((problem) => `${toLine(problem)}\n`).join('');
}

function toLine({ id, problem, answer, domain, stratum, images }: Problem): string {
  const members = Object.entries({ id, problem, answer, domain, stratum })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  if (images !== undefined) members.push(`"images": [${images.map((image) => JSON.stringify(image)).join(', ')}]`);
  return `{${members.join(', ')}}`;
}
