import { z } from 'zod';
import type { Evidence } from './experience.ts';

/**
 * An operation as a model replies it: one flat object, since that is what every endpoint's constrained decoding can
 * express. `from` numbers the proposals (from 1) that an operation of a consolidation comes from.
 */
export const repliedOperationSchema = z.object({
  operation: z.enum(['add', 'modify', 'delete']),
  id: z.string().nullish(),
  experience: z.string().nullish(),
});
export const consolidatedOperationSchema = repliedOperationSchema.extend({ from: z.array(z.int()).nullish() });

export type RepliedOperation = z.infer<typeof repliedOperationSchema>;
export type ConsolidatedOperation = z.infer<typeof consolidatedOperationSchema>;

/** What may be done to a library (paper, Algorithm 2). */
export type Operation =
  | { readonly operation: 'add'; readonly experience: string }
  | { readonly operation: 'modify'; readonly id: string; readonly experience: string }
  | { readonly operation: 'delete'; readonly id: string };

/** An operation with the groups that taught it. */
export interface ProposedOperation {
  readonly operation: Operation;
  readonly evidence: readonly Evidence[];
  readonly domain: string;
}

const rejectionReasons = [
  'invalid-schema',
  'too-many',
  'unknown-id',
  'too-long',
  'duplicate',
  'problem-specific',
  'not-a-strategy',
  'operator-instruction',
  'unsafe-text',
  'remembered',
  'library-full',
  'merged',
  'dropped-in-consolidation',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

export interface Rejection {
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly operation: RepliedOperation | Operation;
}

/** The strict form of what a model replied, or undefined when a part that its kind needs is missing. */
export function toOperation(replied: RepliedOperation): Operation | undefined {
  const experience = replied.experience?.replaceAll(/\s+/g, ' ').trim().normalize('NFC') ?? '';
  const id = replied.id?.trim().replace(/^\[(.*)\]$/, '$1') ?? '';
  switch (replied.operation) {
    case 'add':
      return experience === '' ? undefined : { operation: 'add', experience };
    case 'modify':
      return experience === '' || id === '' ? undefined : { operation: 'modify', id, experience };
    case 'delete':
      return id === '' ? undefined : { operation: 'delete', id };
  }
}
