import { z } from 'zod';
import { operationKey } from '../core/library/check-operation.ts';
import type { Operation, Rejection, RejectionReason } from '../core/library/operation.ts';
import { fence } from '../core/prompt.ts';

/** An operation that will not be considered again, and why. */
export const refusedSchema = z.object({ key: z.string(), text: z.string(), reason: z.string() });
export type Refused = z.infer<typeof refusedSchema>;

/** Refusals that hold whatever becomes of the library. A duplicate, say, may be welcome once its twin is gone. */
const lasting: ReadonlySet<RejectionReason> = new Set([
  'too-long',
  'problem-specific',
  'not-a-strategy',
  'operator-instruction',
  'unsafe-text',
]);

const remembered = 1000;
const shown = 10;

/** The memory with new refusals added; the oldest are forgotten first. */
export function remember(memory: readonly Refused[], refusals: readonly Refused[]): Refused[] {
  const known = new Map(memory.map((refusal) => [refusal.key, refusal]));
  for (const refusal of refusals) known.set(refusal.key, refusal);
  return [...known.values()].slice(-remembered);
}

export function refuseLasting(rejections: readonly Rejection[]): Refused[] {
  return rejections
    .filter(({ reason }) => lasting.has(reason))
    .map(({ operation, reason }) => refuse(operation as Operation, reason));
}

export function refuse(operation: Operation, reason: string): Refused {
  const text = operation.operation === 'delete' ? `delete ${operation.id}` : operation.experience;
  return { key: operationKey(operation), text: text.slice(0, 300), reason };
}

export function refusedKeys(memory: readonly Refused[]): Set<string> {
  return new Set(memory.map(({ key }) => key));
}

/** The latest refusals, as the teacher is shown them, so that it does not propose them again. */
export function renderRefused(memory: readonly Refused[]): string {
  if (memory.length === 0) return '';
  const lines = memory.slice(-shown).map(({ text, reason }) => `- ${fence(text)} (${reason})`);
  return `<refused>\nThese were refused before; do not propose them again:\n${lines.join('\n')}\n</refused>`;
}
