import { z } from 'zod';
import { checkJson } from '../core/json.ts';
import type { GateAccount, StepAccount } from '../core/learning/account.ts';
import { evidenceSchema, experienceSchema } from '../core/library/experience.ts';
import type { ProposedOperation } from '../core/library/operation.ts';
import { refusedSchema } from './refused.ts';
import type { Run, World } from './run.ts';

const librarySchema = z.object({ experiences: z.array(experienceSchema).readonly() });

const proposedOperationSchema: z.ZodType<ProposedOperation> = z.object({
  operation: z.discriminatedUnion('operation', [
    z.object({ operation: z.literal('add'), experience: z.string() }),
    z.object({ operation: z.literal('modify'), id: z.string(), experience: z.string() }),
    z.object({ operation: z.literal('delete'), id: z.string() }),
  ]),
  evidence: z.array(evidenceSchema),
  domain: z.string(),
});

const stateSchema = z.object({
  version: z.literal(1),
  fingerprint: z.string(),
  /** Steps that are finished. */
  finished: z.int().min(0),
  library: librarySchema,
  /** The library that the gate accepted last; what the next candidate is measured against. */
  accepted: librarySchema,
  refused: z.array(refusedSchema),
  carried: z.array(proposedOperationSchema),
  /** Operations applied since the gate looked last; refused together when it says no. */
  ungated: z.array(proposedOperationSchema),
  /** Mean completion tokens a rollout of each problem, when it was last worked on. */
  lengths: z.record(z.string(), z.number()),
  /** How often in a row each problem taught nothing; see `predictedSize`. */
  barren: z.record(z.string(), z.number()).default({}),
  // Accounts are written and read by this program alone, between two steps of one run.
  steps: z.array(z.custom<StepAccount>()),
  gate: z.custom<GateAccount>().nullable(),
  gatesPassed: z.int().min(0),
});

/** All that a run knows between two steps; what the journal keeps as its checkpoint. */
export type TrainState = Readonly<z.infer<typeof stateSchema>>;

/**
 * The state that the last finished step left, or the beginning.
 *
 * @throws ZooError `invalid-data` when the checkpoint is damaged
 */
export async function resumeState(run: Run, world: World): Promise<TrainState> {
  const checkpoint = await world.journal.checkpoint();
  if (checkpoint === undefined) {
    return {
      version: 1,
      fingerprint: run.fingerprint,
      finished: 0,
      library: run.library,
      accepted: run.library,
      refused: [],
      carried: [],
      ungated: [],
      lengths: {},
      barren: {},
      steps: [],
      gate: null,
      gatesPassed: 0,
    };
  }
  const state = checkJson(checkpoint, stateSchema, `the checkpoint of run ${run.id}`);
  world.observe({ type: 'run-resumed', run: run.id, step: state.finished });
  return state;
}
