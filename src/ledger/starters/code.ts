import type { StarterExperience } from './starters.ts';

export const codeStarter: readonly StarterExperience[] = [
  {
    domain: 'code.testing',
    text: 'Before implementing a complex algorithm, write tests for its edges: no element, one element, and the largest size allowed.',
  },
  {
    domain: 'code.performance',
    text: 'When nested loops are slow, check whether the inner one can become a lookup in a hash map or one vectorised operation.',
  },
  {
    domain: 'code.recursion',
    text: 'When writing a recursive function, define its base case first and verify that every call comes nearer to it.',
  },
  {
    domain: 'code.debugging',
    text: 'When a test fails, reduce its input until it is minimal, and explain the smallest failure before changing any code.',
  },
  {
    domain: 'code.arithmetic',
    text: 'When indices, lengths or money are computed, check for overflow, rounding and off-by-one at both ends of the range.',
  },
  {
    domain: 'code.robustness',
    text: 'When input comes from outside, validate its shape and size at the border, and let the inside rely on it.',
  },
  {
    domain: 'code.concurrency',
    text: 'When state is shared between tasks, name who may write it, and make read and write one step wherever another task could come between.',
  },
  {
    domain: 'code.design',
    text: 'When a function needs a flag to choose between two behaviours, split it into two functions named after what they do.',
  },
];
