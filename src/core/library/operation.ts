import { z } from 'zod';
import type { Evidence } from './experience.ts';

/** What a group of rollouts may ask of the library (paper, Algorithm 2), as a model replies it. */
export const operationSchema = z.discriminatedUnion('operation', [
  z.object({ operation: z.literal('add'), experience: z.string().min(1) }),
  z.object({ operation: z.literal('modify'), id: z.string().min(1), experience: z.string().min(1) }),
  z.object({ operation: z.literal('delete'), id: z.string().min(1) }),
]);
export type Operation = z.infer<typeof operationSchema>;

/** An operation with the groups that taught it. */
export interface ProposedOperation {
  readonly operation: Operation;
  readonly evidence: readonly Evidence[];
  readonly domain: string;
}

export const rejectionReasons = [
  'invalid-schema',
  'too-many',
  'unknown-id',
  'too-long',
  'duplicate',
  'problem-specific',
  'not-a-strategy',
  'operator-instruction',
  'remembered',
  'library-full',
  'unsafe-text',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];
