/**
 * How many ordinary answers a second the math verifier judges, against the goal of 2,000 on two cores, and what share of
 * that is lost on the way to its threads and back.
 *
 * Run: npx node bench/verifier.ts
 */
import { availableParallelism } from 'node:os';
import { gradeMath } from '../src/world/verifier/math/grade.ts';
import { mathVerifier } from '../src/world/verifier/math.ts';
import { pairs } from '../test/world/verifier/math/pairs.ts';

const goal = 2000;
const threads = Math.min(2, availableParallelism());
const reasoning = 'We first note that $a + b = c$, and by symmetry the second case is the same. '.repeat(20);
const answers = pairs.flatMap(({ key, same, other }) =>
  [...same, ...other].map((answer) => ({ key, response: `${reasoning}Therefore the answer is $\\boxed{${answer}}$.` })),
);
const rounds = 20;

const verifier = mathVerifier({ threads });
await judge(1);
const pooled = await judge(rounds);
await verifier.close();
const direct = inThisThread(rounds);

console.log(`${answers.length} answers, ${rounds} rounds, ${threads} threads`);
console.log(`math verifier: ${pooled.toFixed(0)} answers/s, ${(pooled / goal).toFixed(2)} of the goal of ${goal}`);
console.log(
  `one thread without the pool: ${direct.toFixed(0)} answers/s; the pool does ${(pooled / direct).toFixed(2)} of that`,
);

async function judge(times: number): Promise<number> {
  const start = performance.now();
  for (let round = 0; round < times; round++) {
    await Promise.all(
      answers.map(({ key, response }) => verifier.verify({ id: 'p', problem: '?', answer: key }, response)),
    );
  }
  return perSecond(times, start);
}

function inThisThread(times: number): number {
  const start = performance.now();
  for (let round = 0; round < times; round++) {
    for (const { key, response } of answers) {
      gradeMath(key, response, { profile: 'math-verify', limitMs: 1000 }, () => performance.now());
    }
  }
  return perSecond(times, start);
}

function perSecond(times: number, start: number): number {
  return (times * answers.length) / ((performance.now() - start) / 1000);
}
