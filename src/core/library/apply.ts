import type { Sha256 } from '../digest.ts';
import { type Experience, type Evidence, experienceId } from './experience.ts';
import type { Library } from './library.ts';
import type { ProposedOperation } from './operation.ts';

export interface ApplyContext {
  /** RFC 3339, UTC; becomes `metadata.created_at`. */
  readonly createdAt: string;
  /** Who or what proposes; becomes `metadata.created_by`. */
  readonly createdBy: string;
  readonly sha256: Sha256;
}

export interface Change {
  readonly change: 'added' | 'modified' | 'deleted';
  readonly id: string;
  readonly text: string;
}

/**
 * E <- E (+) operations (paper, Algorithm 3), by code alone: the library is never rewritten by a model. Additions go to
 * the end, a modification takes its predecessor's place under a new id and names it in its lineage.
 *
 * @param operations checked before (see `checkOperation`); one that no longer fits is left out
 */
export function applyOperations(
  library: Library,
  operations: readonly ProposedOperation[],
  context: ApplyContext,
): { readonly library: Library; readonly changes: readonly Change[] } {
  let experiences = [...library.experiences];
  const changes: Change[] = [];
  for (const { operation, evidence, domain } of operations) {
    const place = operation.operation === 'add' ? -1 : experiences.findIndex(({ id }) => id === operation.id);
    const previous = experiences[place];
    if (operation.operation !== 'add' && previous === undefined) continue;

    if (operation.operation === 'delete') {
      experiences = experiences.filter((experience) => experience !== previous);
      changes.push({ change: 'deleted', id: operation.id, text: previous?.text ?? '' });
      continue;
    }
    const id = experienceId(previous?.domain ?? domain, operation.experience, context.sha256);
    if (experiences.some((experience) => experience.id === id)) continue;
    if (previous === undefined) {
      experiences.push(newExperience(id, operation.experience, domain, evidence, context));
      changes.push({ change: 'added', id, text: operation.experience });
    } else {
      experiences[place] = modifiedExperience(previous, id, operation.experience, evidence, context);
      changes.push({ change: 'modified', id, text: operation.experience });
    }
  }
  return { library: { experiences }, changes };
}

function newExperience(
  id: string,
  text: string,
  domain: string,
  evidence: readonly Evidence[],
  context: ApplyContext,
): Experience {
  return {
    id,
    domain,
    text,
    confidence: confidenceOf(evidence),
    examples: [],
    metadata: {
      created_at: context.createdAt,
      created_by: context.createdBy,
      votes: { upvotes: 0, downvotes: 0 },
      usage_count: 0,
    },
    embedding: null,
    lineage: [],
    evidence: [...evidence].slice(0, 64),
  };
}

function modifiedExperience(
  previous: Experience,
  id: string,
  text: string,
  evidence: readonly Evidence[],
  context: ApplyContext,
): Experience {
  const united = [...previous.evidence, ...evidence].slice(-64);
  return {
    ...newExperience(id, text, previous.domain, united, context),
    examples: previous.examples,
    metadata: { ...previous.metadata, created_at: context.createdAt, created_by: context.createdBy },
    lineage: [...previous.lineage, previous.id].slice(-64),
  };
}

/**
 * Laplace's rule of succession over the groups that speak for an experience: one group gives 2/3, two 3/4. A prior for
 * what no vote and no measurement has confirmed yet, rounded to four places.
 */
function confidenceOf(evidence: readonly Evidence[]): number {
  const groups = new Set(evidence.map(({ run, step, group }) => `${run}/${step}/${group}`)).size;
  return Math.round(((groups + 1) / (groups + 2)) * 10_000) / 10_000;
}
