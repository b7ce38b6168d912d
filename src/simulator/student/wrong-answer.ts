import type { Random } from '../../core/random.ts';

/**
 * A believable answer that is not the true one: a number near it. Without a number in the true answer, any number.
 */
export function wrongAnswer(answer: string | undefined, random: Random): string {
  const number = answer === undefined ? undefined : /\d+/.exec(answer)?.[0];
  if (answer === undefined || number === undefined) return String(1 + Math.floor(random() * 999));
  const value = BigInt(number);
  const reach = value < 20n ? 6 : 24;
  const offset = BigInt(1 + Math.floor(random() * reach));
  const other = random() < 0.5 && value > offset ? value - offset : value + offset;
  return answer.replace(number, String(other));
}
