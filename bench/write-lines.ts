import { open } from 'node:fs/promises';
import type { Experience } from '../src/core/library/experience.ts';

/** Writes experiences as JSON Lines, made one by one. */
export async function writeLines(path: string, count: number, make: (number: number) => Experience): Promise<void> {
  const file = await open(path, 'w');
  const atOnce = 10_000;
  for (let from = 0; from < count; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - from) }, (_, place) => from + place);
    await file.write(numbers.map((number) => `${JSON.stringify(make(number))}\n`).join(''));
  }
  await file.close();
}
