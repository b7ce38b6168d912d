import type { Problem } from '../learning/problem.ts';
import { type Library, findExperience } from './library.ts';
import type { Operation, Rejection, RejectionReason } from './operation.ts';
import {
  addressesOperator,
  hasUnsafeCharacters,
  isStrategy,
  normalizeText,
  problemSpecifics,
  wordOverlap,
} from './quality.ts';
import { countWords, maximumWords } from './words.ts';

/** Two texts that share this part of their content words are one experience; paraphrases are left to the curator. */
const duplicateOverlap = 0.9;

export interface OperationContext {
  readonly library: Library;
  /** Experiences that the library may hold at most. */
  readonly capacity: number;
  /** The problems whose groups taught the operation. */
  readonly problems: readonly Problem[];
  /** Keys (see {@link operationKey}) of what was refused before. */
  readonly refused: ReadonlySet<string>;
  /** Operations already accepted alongside. */
  readonly accepted: readonly Operation[];
}

/** What makes two operations the same proposal, whatever their spelling. */
export function operationKey(operation: Operation): string {
  const id = operation.operation === 'add' ? '' : operation.id;
  const text = operation.operation === 'delete' ? '' : normalizeText(operation.experience);
  return `${operation.operation}:${id}:${text}`;
}

/** Why an operation must not be applied, or undefined when it may. The first rule that it breaks is the one told. */
export function checkOperation(operation: Operation, context: OperationContext): Rejection | undefined {
  const reject = (reason: RejectionReason, detail: string): Rejection => ({ reason, detail, operation });

  if (operation.operation !== 'add' && findExperience(context.library, operation.id) === undefined) {
    return reject('unknown-id', `the library holds no experience ${operation.id}`);
  }
  if (
    operation.operation !== 'add' &&
    context.accepted.some((other) => other.operation !== 'add' && other.id === operation.id)
  ) {
    return reject('duplicate', `another operation of the batch names ${operation.id} already`);
  }
  if (context.refused.has(operationKey(operation))) return reject('remembered', 'it was refused before');
  if (operation.operation === 'delete') return undefined;

  const text = operation.experience;
  if (hasUnsafeCharacters(text) || text.length > 1024)
    return reject('unsafe-text', 'it holds control or invisible characters, or is too large');
  if (addressesOperator(text)) return reject('operator-instruction', 'it is not addressed to the solver');
  const words = countWords(text);
  if (words > maximumWords) return reject('too-long', `it has ${words} words; ${maximumWords} are allowed`);
  if (!isStrategy(text)) return reject('not-a-strategy', 'it does not read "When [context], [action]"');
  for (const problem of context.problems) {
    const specifics = problemSpecifics(text, problem);
    if (specifics.length > 0)
      return reject(
        'problem-specific',
        `it holds ${specifics.map((part) => JSON.stringify(part)).join(', ')} of problem ${problem.id}`,
      );
  }
  const twin = findTwin(operation, context);
  if (twin !== undefined) return reject('duplicate', `it says the same as ${JSON.stringify(twin)}`);
  if (operation.operation === 'add' && sizeAfter(context) >= context.capacity) {
    return reject('library-full', `the library holds its ${context.capacity} experiences already`);
  }
  return undefined;
}

function findTwin(
  operation: Exclude<Operation, { operation: 'delete' }>,
  context: OperationContext,
): string | undefined {
  const own = operation.operation === 'modify' ? operation.id : undefined;
  const replaced = new Set(context.accepted.flatMap((other) => (other.operation === 'add' ? [] : [other.id])));
  const texts = [
    ...context.library.experiences.filter(({ id }) => id !== own && !replaced.has(id)).map(({ text }) => text),
    ...context.accepted.flatMap((other) => (other.operation === 'delete' ? [] : [other.experience])),
  ];
  // A modification that changes nothing is a duplicate of itself.
  const unchanged = own === undefined ? undefined : findExperience(context.library, own)?.text;
  if (unchanged !== undefined && normalizeText(unchanged) === normalizeText(operation.experience)) return unchanged;
  return texts.find((text) => wordOverlap(text, operation.experience) >= duplicateOverlap);
}

function sizeAfter({ library, accepted }: OperationContext): number {
  return accepted.reduce((size, { operation }) => {
    if (operation === 'add') return size + 1;
    return operation === 'delete' ? size - 1 : size;
  }, library.experiences.length);
}
