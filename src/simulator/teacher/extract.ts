import type { Random } from '../../core/random.ts';
import type { ListedExperience } from '../prompt/read-experiences.ts';
import type { Reading } from '../prompt/read-prompt.ts';
import type { SimulatorSettings } from '../simulator-options.ts';
import type { KnownProblem } from '../skills/known-problems.ts';
import { observeAttempts } from './observe-attempts.ts';
import { phraseLesson, vagueAdvice } from './phrase-lesson.ts';
import { type Proposal, add, modify, remove } from './proposal.ts';

const maximumOperations = 3;

/** What the teacher takes from a group that shows no contrast: shares of right and wrong lessons; the rest is vague or nothing. */
const guess = { right: 0.4, wrong: 0.25, vague: 0.2 };

type Teacher = SimulatorSettings['teacher'];

/** How much rarer a slip is where the library and the rewards say the same already. */
const confirmed = 0.1;

/** Stage 2: what separates winners from losers, as at most three operations on the library. */
export function extract(reading: Reading, problem: KnownProblem, random: Random, teacher: Teacher): Proposal[] {
  const lesson = drawLesson(reading, problem, random, teacher);
  const operations = lesson === 'vague' ? [add(vagueAdvice(random))] : [];
  if (lesson === 'right' || lesson === 'wrong') {
    operations.push(...teach(lesson === 'right', problem, reading, random));
  }
  if (random() < teacher.sloppy) operations.push(proposeSloppily(reading, problem, random));
  return operations.slice(0, maximumOperations);
}

function drawLesson(
  reading: Reading,
  { skill }: KnownProblem,
  random: Random,
  teacher: Teacher,
): 'right' | 'wrong' | 'vague' | 'none' {
  const draw = random();
  if (teacher.poisoned) return 'wrong';
  const contrast = observeAttempts(reading.attempts, skill);
  const agrees = reading.experiences.some(
    ({ teaching }) => teaching?.skill === skill && teaching.right === (contrast === 'sound-wins'),
  );
  const rate = teacher.wrongLesson + (reading.groundTruth === undefined ? teacher.withoutGroundTruth : 0);
  const slip = agrees ? rate * confirmed : rate;
  switch (contrast) {
    case 'sound-wins':
      return draw < slip ? 'wrong' : 'right';
    case 'flawed-wins':
      return draw < slip ? 'right' : 'wrong';
    case 'no-difference':
      return draw < guess.vague ? 'vague' : 'none';
    case 'no-contrast':
      if (draw < guess.right) return 'right';
      if (draw < guess.right + guess.wrong) return 'wrong';
      return draw < guess.right + guess.wrong + guess.vague ? 'vague' : 'none';
  }
}

/**
 * Brings the library in line with the lesson: what contradicts it is rewritten or deleted, it is added where nothing
 * says it yet, and what says it a second time is deleted. The teacher treats a wrong lesson just as it treats a right one.
 */
function teach(right: boolean, { skill }: KnownProblem, reading: Reading, random: Random): Proposal[] {
  const own = reading.experiences.filter(({ id, teaching }) => id !== undefined && teaching?.skill === skill);
  const agreeing = own.filter(({ teaching }) => teaching?.right === right);
  const opposing = own.filter(({ teaching }) => teaching?.right !== right);
  const operations: Proposal[] = [];
  let said = agreeing.length > 0;
  for (const { id } of opposing.slice(0, 2) as (ListedExperience & { id: string })[]) {
    if (said || random() < 0.4) {
      operations.push(remove(id));
    } else {
      operations.push(modify(id, phraseLesson(skill, right, random, reading.text)));
      said = true;
    }
  }
  if (!said) operations.push(add(phraseLesson(skill, right, random, reading.text)));
  // The first that says it stays, so that several groups together cannot delete the last one.
  const [surplus] = agreeing.slice(1);
  if (surplus?.id !== undefined && random() < 0.6) operations.push(remove(surplus.id));
  return operations;
}

/** What the checks are there for: too long, about this one problem, said already, or of no use. */
function proposeSloppily(reading: Reading, { skill, answer, key }: KnownProblem, random: Random): Proposal {
  const kind = Math.floor(random() * 4);
  const lesson = phraseLesson(skill, true, random, '');
  const twin = reading.experiences[Math.floor(random() * reading.experiences.length)];
  if (kind === 0) {
    return add(
      `${lesson.replace(/\.$/, '')}, and afterwards go over every single step of the whole computation again, slowly and patiently, until each of the intermediate values has been confirmed by a second independent derivation.`,
    );
  }
  if (kind === 1) {
    const number = /\d{2,}/.exec(key)?.[0] ?? answer ?? '17';
    return add(`When a problem mentions ${number}, answer ${answer ?? number} without further computation.`);
  }
  return add(kind === 2 && twin !== undefined ? twin.text : vagueAdvice(random));
}
