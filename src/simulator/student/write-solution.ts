import type { Random } from '../../core/random.ts';
import { charactersPerToken } from '../capacity/count-tokens.ts';

export interface Draft {
  /** The sentence that tells how it goes about the problem. */
  readonly approach: string;
  /** Id of the experience that it follows. */
  readonly advice: string | undefined;
  /** Undefined: it ends without one. */
  readonly answer: string | undefined;
  /** How long it should become; a short frame is always written. */
  readonly tokens: number;
  readonly random: Random;
}

const openings = [
  'Let me read the question carefully before computing anything.',
  'First I restate what is asked.',
  'I start by naming the quantities that are given.',
];

const workings = [
  (a: number, b: number) => `Taking the part with ${a} first, it contributes ${b} to the count.`,
  (a: number, b: number) => `The next piece gives ${a}, and together with what stands so far that is ${a + b}.`,
  (a: number, b: number) => `A quick check with ${a} in place of ${b} shows the same behaviour.`,
  (a: number, b: number) => `Going through the remaining ${a} possibilities leaves ${b} that fit.`,
  (a: number) => `The value ${a} agrees with the condition, so nothing has to be changed here.`,
  (a: number, b: number) => `Writing ${a} as ${b} plus ${Math.abs(a - b)} keeps the arithmetic easy.`,
  () => 'This step uses only what was found above.',
  () => 'I keep this intermediate value and go on.',
];

const doubts = [
  'I could not settle which of the remaining possibilities is right.',
  'At this point I am not sure how to finish the computation.',
];

/** A worked answer of about the wanted length that ends in `\boxed{…}`. */
export function writeSolution({ approach, advice, answer, tokens, random }: Draft): string {
  const opening = openings[Math.floor(random() * openings.length)] ?? '';
  const followed = advice === undefined ? '' : ` This follows the experience [${advice}].`;
  const closing =
    answer === undefined
      ? (doubts[Math.floor(random() * doubts.length)] ?? '')
      : `So the answer is $\\boxed{${answer}}$.`;
  const lines = [`${opening}\n\n${approach}${followed}\n`];
  let room = tokens * charactersPerToken - (lines[0]?.length ?? 0) - closing.length - 2;
  for (let step = 1; room > 0; step++) {
    const working = workings[Math.floor(random() * workings.length)] as (typeof workings)[number];
    const line = `${step}. ${working(2 + Math.floor(random() * 97), 2 + Math.floor(random() * 97))}`;
    lines.push(line);
    room -= line.length + 1;
  }
  return `${lines.join('\n')}\n\n${closing}`;
}
